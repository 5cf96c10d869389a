
// -- the chosen box, taken in hand (follows script.js, whose names it uses) --------------------------------------------
const handles = (() => {
  const layer = $(".handles");
  const SIDES = ["n", "e", "s", "w"], NAMES = { n: "upper side", e: "right side", s: "lower side", w: "left side" };
  const LEAST_SIDE = 10; // CSS pixels
  let editing = null; // {box}: while it is dragged
  let taken = null; // {at, box}: by keyboard; -1 is the whole box, else a number of SIDES as they lie on the screen

  const there = () => Boolean(marked) && !value.whole_only && !window.Explorer.whole(marked);
  const show = (box) => {
    for (const outline of [chosen, layer]) place(outline, box);
    layer.classList.toggle("small", Math.min((box[2] - box[0]) * view.width, (box[3] - box[1]) * view.height) < 84);
  };
  const moved = () => {
    layer.hidden = !there();
    if (!layer.hidden) show(editing?.box || taken?.box || marked);
  };
  // A box with some of its sides (letters; "all" moves it) moved by x, y, fractions of the picture.
  const changed = (box, side, x, y) => {
    if (side === "all") {
      const [across, along] = [clamp(x, -box[0], 1 - box[2]), clamp(y, -box[1], 1 - box[3])];
      return [box[0] + across, box[1] + along, box[2] + across, box[3] + along];
    }
    const [least, lowest] = [LEAST_SIDE / view.width, LEAST_SIDE / view.height], next = [...box];
    if (side.includes("w")) next[0] = clamp(box[0] + x, 0, box[2] - least);
    if (side.includes("e")) next[2] = clamp(box[2] + x, box[0] + least, 1);
    if (side.includes("n")) next[1] = clamp(box[1] + y, 0, box[3] - lowest);
    if (side.includes("s")) next[3] = clamp(box[3] + y, box[1] + lowest, 1);
    return next;
  };
  const different = (box) => box.some((side, index) => Math.abs(side - marked[index]) > 1e-5);
  const search = (box) => {
    if (marked && different(box)) pick(box);
    else moved();
  };
  const drop = () => { // whether there was something in hand
    const any = Boolean(editing);
    editing = null;
    moved();
    return any;
  };
  const grasp = (side, from) => {
    const begin = [...marked], edit = { box: begin };
    editing = edit;
    leave();
    return {
      to: (here) => {
        if (editing !== edit) return;
        edit.box = changed(begin, side, here.x - from.x, here.y - from.y);
        show(edit.box);
      },
      done: () => {
        if (editing !== edit) return;
        editing = null;
        search(edit.box);
      },
    };
  };

  // -- by keyboard
  const sideOf = (at) => SIDES[(at - turns + 4) % 4]; // the picture's side that is seen there
  const lit = () => {
    layer.classList.toggle("taken", Boolean(taken));
    for (const handle of layer.children) handle.classList.toggle("lit", Boolean(taken) && taken.at >= 0 && handle.dataset.side === sideOf(taken.at));
  };
  const leave = () => {
    if (!taken) return false;
    taken = null;
    lit();
    wait.textContent = "";
    moved();
    return true;
  };
  const take = () => {
    if (!there()) return say("First mark a detail: click it, or draw a box round it.");
    taken = taken ? { ...taken, at: taken.at === 3 ? -1 : taken.at + 1 } : { at: -1, box: [...marked] };
    lit();
    wait.textContent = `${taken.at < 0 ? "The box" : `Its ${NAMES[SIDES[taken.at]]}`}: arrows move it · e the next side · Enter searches · Esc`;
  };
  const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const key = (event) => { // whether the key was for the box that is in hand
    if (!taken) return false;
    if (event.key === "Escape") return leave();
    if (event.key === "Enter") {
      const { box } = taken;
      leave();
      search(box);
      return true;
    }
    if (!ARROWS[event.key]) return false;
    const far = event.shiftKey ? 1 : 8, [x, y] = direction(...ARROWS[event.key]); // CSS pixels
    taken.box = changed(taken.box, taken.at < 0 ? "all" : sideOf(taken.at), x * far / view.width, y * far / view.height);
    show(taken.box);
    return true;
  };
  stage.addEventListener("blur", leave);

  return {
    moved, grasp, drop, take, key,
    busy: () => Boolean(editing || taken),
    holds: ({ x, y }) => there() && !chosen.hidden && marked[0] <= x && x <= marked[2] && marked[1] <= y && y <= marked[3],
    hover: (event, here) => stage.classList.toggle("over-box", !down.size && event.pointerType === "mouse" && !meant(event) && !ruler.on() && handles.holds(here)),
  };
})();
