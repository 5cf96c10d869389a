// -- an instance's box drawn again, on its whole work: dragged, pulled by its corners, or moved by the arrows --------
const redraw = (() => {
  const dialog = $(".redrawing"), room = $(".redrawing .room"), sheet = $(".redrawing .sheet"), image = $(".redrawing img");
  const frame = $(".redrawing .frame"), wait = $(".redrawing .wait"), save = $(".redrawing [data-redraw=save]");
  const LEAST = 0.005, DEEPEST = 8, STEP = 0.01, ROOM = 12; // of the picture; pixels around it, for the corners
  const clamp = (value, low, high) => Math.min(Math.max(value, low), high);
  let each = null, box = null, zoom = 1, aspect = 1, gesture = null;

  const lay = () => {
    const wide = Math.min(room.clientWidth - 2 * ROOM, (room.clientHeight - 2 * ROOM) * aspect) * zoom;
    Object.assign(sheet.style, { width: `${wide}px`, height: `${wide / aspect}px` });
    place(frame, box);
    frame.setAttribute("aria-label", `The box: ${["left", "top", "right", "bottom"].map((side, at) => `${side} ${Math.round(100 * box[at])} %`).join(", ")}. The arrows move it`);
    save.disabled = String(box) === String(each.place.map(inside));
  };
  const inside = (side) => clamp(Number(side.toFixed(5)), 0, 1);
  const set = (next) => {
    box = next.map(inside);
    lay();
  };
  const moved = ([x0, y0, x1, y1], x, y) => {
    const right = clamp(x, -x0, 1 - x1), down = clamp(y, -y0, 1 - y1);
    return [x0 + right, y0 + down, x1 + right, y1 + down];
  };
  // A corner is named by the numbers of its sides: 0 or 2 across, 1 or 3 down.
  const pulled = (from, [across, down], x, y) => {
    const next = [...from];
    next[across] = across ? clamp(x, from[0] + LEAST, 1) : clamp(x, 0, from[2] - LEAST);
    next[down] = down === 3 ? clamp(y, from[1] + LEAST, 1) : clamp(y, 0, from[3] - LEAST);
    return next;
  };
  const corner = (handle) => handle.dataset.corner.split("").map(Number);
  const centre = () => {
    room.scrollLeft = (box[0] + box[2]) / 2 * sheet.clientWidth - room.clientWidth / 2;
    room.scrollTop = (box[1] + box[3]) / 2 * sheet.clientHeight - room.clientHeight / 2;
  };
  const zoomTo = (next) => { zoom = clamp(next, 1, DEEPEST); lay(); centre(); };

  const open = async (instance) => {
    each = instance;
    box = each.place.map(inside);
    aspect = each.aspect;
    image.removeAttribute("src");
    wait.textContent = "Opening the picture …";
    $(".redrawing .about").textContent = [each.title, byline(each)].filter(Boolean).join(", ");
    dialog.showModal();
    zoomTo(clamp(0.3 / Math.max(box[2] - box[0], box[3] - box[1]), 1, 4));
    frame.focus({ preventScroll: true });
    const found = await ask(server.whole_work, { work: each.file });
    if (each !== instance) return;
    if (found.error) wait.textContent = found.error;
    else image.src = found.url;
  };
  image.addEventListener("load", () => { wait.textContent = ""; });
  image.addEventListener("error", () => { wait.textContent = "The picture could not be shown; its file may have moved."; });

  // -- pointers and keys
  const at = (event) => {
    const bounds = sheet.getBoundingClientRect();
    return [clamp((event.clientX - bounds.left) / bounds.width, 0, 1), clamp((event.clientY - bounds.top) / bounds.height, 0, 1)];
  };
  sheet.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    const handle = event.target.closest("[data-corner]");
    gesture = { from: at(event), box, corner: handle && corner(handle), kind: handle ? "pull" : event.target.closest(".frame") ? "move" : "draw" };
    sheet.setPointerCapture(event.pointerId);
    (handle || frame).focus({ preventScroll: true });
    event.preventDefault();
  });
  sheet.addEventListener("pointermove", (event) => {
    if (!gesture) return;
    const [x, y] = at(event), { from, kind } = gesture;
    if (kind === "pull") set(pulled(gesture.box, gesture.corner, x, y));
    else if (kind === "move") set(moved(gesture.box, x - from[0], y - from[1]));
    else if (Math.abs(x - from[0]) > LEAST && Math.abs(y - from[1]) > LEAST) set([Math.min(x, from[0]), Math.min(y, from[1]), Math.max(x, from[0]), Math.max(y, from[1])]);
  });
  for (const end of ["pointerup", "pointercancel"]) sheet.addEventListener(end, () => { gesture = null; });
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  dialog.addEventListener("keydown", (event) => {
    event.stopPropagation(); // the dossier underneath has keys of its own
    const way = ARROWS[event.key], handle = event.target.closest("[data-corner]");
    if (!way || !event.target.closest(".sheet")) return;
    event.preventDefault();
    const [x, y] = way.map((side) => side * STEP * (event.shiftKey ? 0.2 : 1) / zoom);
    if (!handle) return set(moved(box, x, y));
    const [across, down] = corner(handle);
    set(pulled(box, [across, down], box[across] + x, box[down] + y));
  });

  const deeds = {
    cancel: () => dialog.close(), in: () => zoomTo(zoom * 1.5), out: () => zoomTo(zoom / 1.5),
    save: () => {
      const sent = { at: { file: each.file, place: each.place }, to: box }, said = `Redrawn: ${each.title}.`;
      dialog.close();
      change("redraw", sent, said);
    },
  };
  dialog.addEventListener("click", (event) => {
    const button = event.target.closest("[data-redraw]");
    if (button) deeds[button.dataset.redraw]();
  });
  dialog.addEventListener("close", () => { each = gesture = null; });
  new ResizeObserver(() => { if (each) lay(); }).observe(room);
  return open;
})();
