// The part of a picture in sight, from the original (follows dom.js). The copy for the screen has a bounded number of
// pixels. Where the screen needs more, and the original has them, the part in sight comes from the image service and
// lies over the copy.
(() => {
  const { h } = window.Explorer;
  const MOST = 2800; // pixels on a side that are asked for at a time
  const REST = 180; // milliseconds without a movement
  const MORE = 0.1; // of what is in sight, around it
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

  // `copy` is the picture on the screen; `seen()` says what it shows: {url, service, width, height} in the original's
  // pixels, `sight` as fractions [x0, y0, x1, y1] of it, and `pixels` of the screen for one of the original's (CSS). It
  // gives nothing where there is nothing to sharpen. `lie(overlay, box)` puts the part, a box of fractions, in its place.
  const sharpen = (copy, seen, lie) => {
    const overlay = h("img", { class: "sharp", alt: "", "aria-hidden": "true", draggable: "false" });
    let waiting = 0, latest = 0, laid = null; // {url, box, scale}: what lies there
    const bare = () => { laid = null; overlay.remove(); };
    const holds = (url, box, scale) => laid && laid.url === url && laid.scale >= 0.9 * scale
      && laid.box[0] <= box[0] && laid.box[1] <= box[1] && laid.box[2] >= box[2] && laid.box[3] >= box[3];
    const fractions = ({ width, height }) => [laid.box[0] / width, laid.box[1] / height, laid.box[2] / width, laid.box[3] / height];
    const side = (from, to, length, more) => [Math.floor(clamp(from - more, 0, 1) * length), Math.ceil(clamp(to + more, 0, 1) * length)];
    const sideInSight = (from, to, length) => side(from, to, length, MORE * (clamp(to, 0, 1) - clamp(from, 0, 1)));
    const fetchPart = async () => {
      const now = seen();
      if (!now?.service || !copy.naturalWidth) return;
      const held = copy.naturalWidth / now.width, scale = Math.min(now.pixels * (window.devicePixelRatio || 1), 1);
      if (scale <= 1.02 * held) return;
      const [x0, x1] = sideInSight(now.sight[0], now.sight[2], now.width), [y0, y1] = sideInSight(now.sight[1], now.sight[3], now.height);
      if (x1 <= x0 || y1 <= y0 || holds(now.url, [x0, y0, x1, y1], scale)) return;
      const across = x1 - x0, down = y1 - y0, reduced = Math.min(scale, MOST / Math.max(across, down));
      const asked = ++latest, part = new Image();
      part.src = `${now.service}/${x0},${y0},${across},${down}/${Math.max(1, Math.round(across * reduced))},${Math.max(1, Math.round(down * reduced))}/0/default.jpg`;
      try {
        await part.decode();
      } catch (error) {
        return; // the copy is there; the original may have moved
      }
      const then = seen();
      if (asked !== latest || then?.url !== now.url) return;
      laid = { url: now.url, box: [x0, y0, x1, y1], scale: reduced };
      overlay.src = part.src;
      copy.after(overlay);
      lie(overlay, fractions(then));
    };
    const moved = () => { // the picture lies elsewhere, or is another one
      const now = seen();
      if (laid && laid.url !== now?.url) bare();
      if (laid && now) lie(overlay, fractions(now));
      clearTimeout(waiting);
      waiting = setTimeout(fetchPart, REST);
    };
    copy.addEventListener("load", moved);
    return moved;
  };
  window.Explorer.sharpen = sharpen;
})();
