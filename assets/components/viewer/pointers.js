
// -- pointers: click, draw, move, pinch (follows script.js, whose names it uses) ---------------------------------------
// With a mouse a drag draws. With one finger it is for the page, which scrolls, or for a picture that is zoomed, which
// moves; it draws after a long press, or after "Draw".
const down = new Map();
let gesture = null;
const under = (event) => {
  const bounds = stage.getBoundingClientRect();
  return { x: event.clientX - bounds.left, y: event.clientY - bounds.top };
};
const inside = (at) => at.x >= 0 && at.x <= 1 && at.y >= 0 && at.y <= 1;
const spread = () => {
  const [a, b] = [...down.values()];
  return { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2, apart: Math.hypot(a.x - b.x, a.y - b.y) };
};
const drawn = (from, to) => [
  clamp(Math.min(from.x, to.x), 0, 1), clamp(Math.min(from.y, to.y), 0, 1),
  clamp(Math.max(from.x, to.x), 0, 1), clamp(Math.max(from.y, to.y), 0, 1),
];
const largeEnough = (box) => (box[2] - box[0]) * view.width > 8 && (box[3] - box[1]) * view.height > 8;

const touching = (() => {
  const LONG = 450; // milliseconds
  let draws = false, timer = 0;
  const button = $("[data-do=draw]");
  const draw = (on) => {
    draws = on;
    button.setAttribute("aria-pressed", String(on));
    stage.classList.toggle("grasps", on || ruler.on());
  };
  // A touch that the page would scroll with is ours from the moment at which it draws, or a second finger comes.
  stage.addEventListener("touchmove", (event) => {
    if (event.cancelable && (event.touches.length > 1 || ["draw", "edit", "measure", "pressed"].includes(gesture?.kind))) event.preventDefault();
  }, { passive: false });
  stage.addEventListener("contextmenu", (event) => { if (down.size) event.preventDefault(); }); // of a long press
  const stop = () => clearTimeout(timer);
  return {
    draw, drawing: () => draws, stop,
    begin: (at) => {
      gesture = { kind: draws ? "click" : "touch", at, x: view.x, y: view.y, slack: 12, touch: true };
      stop();
      if (!draws) timer = setTimeout(() => {
        if (gesture?.kind !== "touch") return;
        gesture.kind = "pressed";
        window.navigator.vibrate?.(12);
        say("Now drag: it draws a box");
      }, LONG);
    },
  };
})();

stage.addEventListener("pointerdown", (event) => {
  if (!value.url || event.target.closest(".legend, .steps") || event.button === 2) return;
  stage.setPointerCapture(event.pointerId);
  const at = under(event), handle = event.target.closest(".handle");
  down.set(event.pointerId, at);
  touching.stop();
  if (down.size === 2) {
    handles.drop();
    gesture = { kind: "pinch", ...spread(), zoom: view.zoom };
  } else if (event.button === 1 || hand || space) gesture = { kind: "move", at, x: view.x, y: view.y };
  else if (handle) gesture = { kind: "edit", at, edit: handles.grasp(handle.dataset.side, onSheet(at)) };
  else if (ruler.on()) gesture = { kind: "click", at, slack: event.pointerType === "mouse" ? 5 : 12 };
  else if (event.pointerType === "touch") touching.begin(at);
  else gesture = { kind: "click", at, slack: 5 };
  if (event.button === 1) event.preventDefault();
  draft.hidden = true;
});
// What a press becomes when it moves: a box in hand, a line, a box that is drawn.
const begun = (event, { at }) => {
  if (ruler.on()) return "measure";
  if (!meant(event) && !hand && handles.holds(onSheet(at))) {
    gesture.edit = handles.grasp("all", onSheet(at));
    return "edit";
  }
  return "draw";
};
stage.addEventListener("pointermove", (event) => {
  if (!value.url) return;
  const at = under(event);
  const here = onSheet(at);
  pointer = { x: clamp(here.x, 0, 1), y: clamp(here.y, 0, 1), on: inside(here) && event.pointerType !== "touch" };
  if (down.has(event.pointerId)) down.set(event.pointerId, at);
  const far = gesture && Math.hypot(at.x - gesture.at?.x, at.y - gesture.at?.y) > gesture.slack;
  if (far && ["click", "pressed"].includes(gesture.kind)) gesture.kind = begun(event, gesture);
  if (far && gesture.kind === "touch") {
    touching.stop();
    gesture.kind = view.zoom === 1 ? "nothing" : "move";
  }
  if (gesture?.kind === "draw") {
    draft.hidden = Boolean(value.whole_only);
    place(draft, drawn(onSheet(gesture.at), here));
  } else if (gesture?.kind === "edit") gesture.edit.to(here);
  else if (gesture?.kind === "measure") ruler.draw(onSheet(gesture.at), here);
  else if (gesture?.kind === "move") {
    view.x = gesture.x + at.x - gesture.at.x;
    view.y = gesture.y + at.y - gesture.at.y;
    lay();
  } else if (gesture?.kind === "pinch" && down.size === 2) {
    const now = spread();
    view.x += now.x - gesture.x;
    view.y += now.y - gesture.y;
    zoomTo(gesture.zoom * now.apart / Math.max(gesture.apart, 1), now);
    Object.assign(gesture, { x: now.x, y: now.y });
  }
  handles.hover(event, here);
  outline();
});
const lifted = (event) => {
  if (!down.delete(event.pointerId) || !gesture) return;
  const { kind, at, edit } = gesture;
  touching.stop();
  if (kind === "pinch") { if (!down.size) gesture = null; return; }
  gesture = null;
  if (event.type === "pointercancel") { draft.hidden = true; handles.drop(); return; }
  const here = onSheet(under(event));
  if (kind === "edit") return edit.done();
  if (kind === "measure") return ruler.draw(onSheet(at), here);
  if (kind === "draw") {
    const box = drawn(onSheet(at), here);
    draft.hidden = true;
    if (largeEnough(box)) {
      touching.draw(false);
      return value.whole_only ? wholeOnly() : pick(box, meant(event));
    }
  }
  if (["move", "nothing"].includes(kind) || !inside(here)) return;
  pointer = { ...here, on: event.pointerType !== "touch" };
  if (ruler.on()) return ruler.press(here);
  const answer = whereIs.at(here);
  if (answer) return pick(answer.box, meant(event));
  if (!meant(event) && recurs.at(here)) return;
  press(event);
};
stage.addEventListener("pointerup", lifted);
stage.addEventListener("pointercancel", lifted);
stage.addEventListener("pointerleave", () => { pointer.on = false; outline(); });

// Over a picture that is not zoomed the wheel scrolls a page that is longer than the window; at its end it zooms.
let scrolled = 0;
document.addEventListener("scroll", () => { scrolled = Date.now(); }, { passive: true });
const scrolls = (turned) => {
  if (view.zoom !== 1 || document.fullscreenElement) return false;
  const { scrollTop, scrollHeight, clientHeight } = document.scrollingElement;
  if (scrollHeight - clientHeight < 40) return false;
  return turned > 0 ? scrollTop + clientHeight < scrollHeight - 1 : scrollTop > 0 || Date.now() - scrolled < 300;
};
stage.addEventListener("wheel", (event) => {
  if (!value.url || event.target.closest(".legend")) return;
  const turned = event.deltaY || event.deltaX; // with Shift some browsers turn a wheel sideways
  if (!event.shiftKey && !event.ctrlKey && !event.metaKey && scrolls(turned)) return;
  event.preventDefault();
  const step = Math.exp(-clamp(turned * (event.deltaMode ? 30 : 1), -120, 120) / 600);
  const at = under(event), resizes = event.shiftKey && !event.ctrlKey && !event.metaKey;
  if (resizes) setSize(size() * step);
  else zoomTo(view.zoom * step ** 2.2, at);
  const here = onSheet(at);
  pointer = { x: clamp(here.x, 0, 1), y: clamp(here.y, 0, 1), on: inside(here) };
  outline();
}, { passive: false });
