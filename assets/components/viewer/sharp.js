
// -- the part in sight, from the original (follows script.js, whose names it uses) -------------------------------------
const sharpness = (() => {
  const moved = window.Explorer.sharpen(painting, () => {
    if (!value.width || !painting.naturalWidth) return null;
    const a = onSheet({ x: 0, y: 0 }), b = onSheet({ x: stage.clientWidth, y: stage.clientHeight }); // the picture may be turned
    const sight = [Math.min(a.x, b.x), Math.min(a.y, b.y), Math.max(a.x, b.x), Math.max(a.y, b.y)];
    return { url: value.url, service: value.service, width: value.width, height: value.height, sight, pixels: view.width / value.width };
  }, place);
  return {
    deepest: () => value.width ? 2 * value.width / Math.max(fitted().width, 1) : 0, // one pixel of the original on two
    moved,
  };
})();
