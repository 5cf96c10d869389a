
// -- the parts in sight, from the originals (follows script.js, whose names it uses) -------------------------------------
for (const name of SIDES) {
  const stretched = (image, [x0, y0, x1, y1]) => [(x1 - x0) / image.naturalWidth, 0, x0, 0, (y1 - y0) / image.naturalHeight, y0, 0, 0, 1];
  const sharpened = window.Explorer.sharpen(images[name], () => {
    const shown = value[name], pane = panes[name];
    if (!value.first || !value.second || !pane.clientWidth || images[name].getAttribute("src") !== shown.url) return null;
    const map = frame(name), back = inverse(map), right = pane.clientWidth, bottom = pane.clientHeight;
    const corners = [[0, 0], [right, 0], [0, bottom], [right, bottom]].map((corner) => moved(back, corner));
    const among = (side) => corners.map((corner) => clamp(corner[side], 0, 1)).sort((one, other) => one - other);
    const xs = among(0), ys = among(1), middle = [(xs[0] + xs[3]) / 2, (ys[0] + ys[3]) / 2];
    const [ax, ay] = moved(map, middle), [bx, by] = moved(map, [middle[0] + 1 / shown.width, middle[1]]);
    return { ...shown, sight: [xs[0], ys[0], xs[3], ys[3]], pixels: Math.hypot(bx - ax, by - ay) };
  }, (overlay, box) => {
    const lie = () => {
      if (!overlay.naturalWidth || !value.first || !value.second) return;
      Object.assign(overlay.style, { width: overlay.naturalWidth + "px", height: overlay.naturalHeight + "px", transform: css(times(frame(name), stretched(overlay, box))) });
    };
    overlay.onload = lie;
    lie();
  });
  decorations.push((side) => {
    if (side === name) sharpened();
    return [];
  });
}
