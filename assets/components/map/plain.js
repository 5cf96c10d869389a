// The same without WebGL, on a plain canvas: slower with very many points.
const NO_GRAPHICS = "This browser draws without its graphics card: a map of very many details moves slowly.";
const plainPainter = (canvas) => {
  const pen = canvas.getContext("2d");
  if (!pen) return null;
  const sheets = [];
  let of = "";
  const points = () => {
    if (map.atlas.sheets.join() === of) return;
    of = map.atlas.sheets.join();
    sheets.length = 0;
    map.atlas.sheets.forEach((url, nth) => {
      const image = sheets[nth] = new Image();
      image.addEventListener("load", redraw);
      image.src = url;
    });
  };
  const css = (bytes, point) => `rgb(${bytes[4 * point]} ${bytes[4 * point + 1]} ${bytes[4 * point + 2]})`;
  const draw = () => {
    const sharp = window.devicePixelRatio || 1, { wide, high } = sized(), radius = dotRadius();
    canvas.width = Math.round(wide * sharp);
    canvas.height = Math.round(high * sharp);
    pen.setTransform(sharp, 0, 0, sharp, 0, 0);
    for (let point = 0; point < map.count; point += 1) {
      if (!map.state[point]) continue;
      const { x, y } = at(point);
      if (x < 0 || y < 0 || x > wide || y > high) continue;
      pen.globalAlpha = map.state[point] === 2 ? 0.16 : 1;
      pen.fillStyle = map.state[point] > 2 ? style("--accent") : css(map.first, point);
      pen.fillRect(x - radius, y - radius, 2 * radius, 2 * radius);
    }
    for (const { point, wide: across, tall } of map.shown) {
      const { x, y } = at(point), part = inSheet(point), image = part && sheets[part.sheet], [w, t] = [across * map.grow, tall * map.grow];
      const marked = chosen.has(point) || point === here || lit?.has(point), edge = marked ? 3 : 1;
      pen.globalAlpha = map.dim[point] ? 0.2 : 1;
      pen.fillStyle = style(marked ? "--accent" : "--hairline-strong");
      pen.fillRect(x - w / 2 - edge, y - t / 2 - edge, w + 2 * edge, t + 2 * edge + (barred() ? 4 : 0));
      if (image?.complete && image.naturalWidth) pen.drawImage(image, part.cut[0], part.cut[1], part.cut[2] - part.cut[0], part.cut[3] - part.cut[1], x - w / 2, y - t / 2, w, t);
      if (barred()) { pen.fillStyle = css(map.first, point); pen.fillRect(x - w / 2, y + t / 2, w, 4); }
    }
    pen.globalAlpha = 1;
  };
  return { draw, points, colours: () => {}, pictures: () => states(), name: "2-D canvas" };
};
