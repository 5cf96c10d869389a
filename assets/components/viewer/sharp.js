
// -- the part in sight, from the original (follows script.js, whose names it uses) -------------------------------------
// The copy for the screen has a bounded number of pixels. Where the screen needs more, and the original has them, the
// part in sight comes from the image service, and lies over the copy.
const sharpness = (() => {
  const overlay = $(".sharp");
  const MOST = 2800; // pixels on a side that are asked for at a time
  const REST = 180; // milliseconds without a movement
  let waiting = 0, latest = 0, laid = null; // {url, box, scale}: what lies there

  const needed = () => view.width * (window.devicePixelRatio || 1) / value.width; // screen pixels for one of the original's
  const deepest = () => value.width ? 2 * value.width / Math.max(fitted().width, 1) : 0; // one pixel of the original on two
  const inSight = () => { // in the original's pixels, with a little around it
    const a = onSheet({ x: 0, y: 0 }), b = onSheet({ x: stage.clientWidth, y: stage.clientHeight });
    const side = (one, other, whole) => {
      const start = clamp(Math.min(one, other), 0, 1), end = clamp(Math.max(one, other), 0, 1), more = 0.1 * (end - start);
      return [Math.floor(clamp(start - more, 0, 1) * whole), Math.ceil(clamp(end + more, 0, 1) * whole)];
    };
    const [x0, x1] = side(a.x, b.x, value.width), [y0, y1] = side(a.y, b.y, value.height);
    return [x0, y0, x1, y1];
  };
  const holds = (box, scale) => laid && laid.url === value.url && laid.scale >= 0.9 * scale
    && laid.box[0] <= box[0] && laid.box[1] <= box[1] && laid.box[2] >= box[2] && laid.box[3] >= box[3];
  const bare = () => { laid = null; overlay.hidden = true; overlay.removeAttribute("src"); };

  const fetchPart = async () => {
    const copy = painting.naturalWidth / value.width, scale = Math.min(needed(), 1);
    if (!value.service || !painting.naturalWidth || scale <= 1.02 * copy) return;
    const [x0, y0, x1, y1] = inSight();
    if (x1 <= x0 || y1 <= y0 || holds([x0, y0, x1, y1], scale)) return;
    const across = x1 - x0, down = y1 - y0, reduced = Math.min(scale, MOST / Math.max(across, down));
    const asked = ++latest, url = value.url;
    const part = new Image();
    part.src = `${value.service}/${x0},${y0},${across},${down}/${Math.max(1, Math.round(across * reduced))},${Math.max(1, Math.round(down * reduced))}/0/default.jpg`;
    try {
      await part.decode();
    } catch (error) {
      return; // the copy is there; the original may have moved
    }
    if (asked !== latest || url !== value.url) return;
    laid = { url, box: [x0, y0, x1, y1], scale: reduced };
    overlay.src = part.src;
    place(overlay, [x0 / value.width, y0 / value.height, x1 / value.width, y1 / value.height]);
    overlay.hidden = false;
  };
  painting.addEventListener("load", () => sharpness.moved());

  return {
    deepest,
    moved: () => {
      if (laid && laid.url !== value.url) bare();
      clearTimeout(waiting);
      waiting = setTimeout(fetchPart, REST);
    },
  };
})();
