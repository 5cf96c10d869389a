
// -- where in the picture words are found (follows script.js, whose names it uses) -------------------------------------
const whereIs = (() => {
  const form = $(".where"), field = form.elements.words, strength = form.elements.strength, heat = $(".heat");
  const found = form.querySelector(".found"), places = form.querySelector(".places"), marks = $(".answers");
  let answer = null; // {words, boxes, heat, rows, columns, sentence}, of the picture in view
  let of = ""; // that picture
  let expected = null; // {words, key}: a result of a search with words is on its way into view
  let last = 0; // the latest question: answers to older ones are dropped

  const here = () => `${value.kind} ${value.key}`;
  const open = (on) => {
    form.hidden = !on;
    $("[data-do=where]").setAttribute("aria-expanded", String(on));
  };
  const colours = () => { // the ramp of the theme, as numbers
    const style = getComputedStyle(element);
    const sample = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    return [0, 1, 2, 3].map((number) => {
      sample.fillStyle = style.getPropertyValue(`--heat-${number}`);
      sample.fillRect(0, 0, 1, 1);
      return [...sample.getImageData(0, 0, 1, 1).data];
    });
  };
  const paint = () => {
    const { rows, columns, heat: levels } = answer, stops = colours();
    Object.assign(heat, { width: columns, height: rows });
    const context = heat.getContext("2d"), image = context.createImageData(columns, rows);
    levels.forEach((level, cell) => {
      const at = level / 255 * (stops.length - 1), low = Math.min(Math.floor(at), stops.length - 2), part = at - low;
      stops[low].forEach((first, channel) => { image.data[4 * cell + channel] = first + (stops[low + 1][channel] - first) * part; });
    });
    context.putImageData(image, 0, 0);
    heat.style.opacity = strength.value / 100;
  };
  const show = (next) => {
    answer = next?.boxes ? next : null;
    const any = Boolean(answer?.boxes.length);
    form.querySelector(".shading").hidden = heat.hidden = !any;
    found.textContent = next?.error || next?.sentence || "";
    marks.replaceChildren(...(answer?.boxes || []).map(({ box }, index) => {
      const outline = mark(box);
      outline.append(h("b", {}, index + 1));
      return outline;
    }));
    places.replaceChildren(...(answer?.boxes || []).map((_, index) => h("button", {
      type: "button", "data-number": index + 1, title: `Search with this place ( ${index + 1} )`, "aria-label": `Search with place ${index + 1} of ${answer.words}`,
    }, index + 1)));
    if (any) paint();
  };
  const hide = () => {
    last += 1;
    expected = null;
    show(null);
    open(false);
  };
  const ask = async (words) => {
    const number = last += 1, picture = here();
    show(null);
    field.value = words;
    open(true);
    found.textContent = "Looking …";
    of = picture;
    try {
      const next = await server.where(window.Explorer.inCollection({ kind: value.kind, key: value.key, words }));
      if (number === last && picture === here()) show({ ...next, words });
    } catch (error) {
      if (number === last) found.textContent = "The server did not answer; try again.";
    }
  };
  const begin = () => {
    if (!value.url) return;
    open(true);
    field.focus();
    field.select();
  };
  const smallest = (boxes) => [...boxes].sort(({ box: a }, { box: b }) => (a[2] - a[0]) * (a[3] - a[1]) - (b[2] - b[0]) * (b[3] - b[1]))[0];
  const choosing = (index, event) => {
    const place = answer?.boxes[index];
    if (place) pick(place.box, meant(event));
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const words = field.value.trim();
    if (words && value.url) ask(words);
    stage.focus({ preventScroll: true });
  });
  form.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    hide();
    stage.focus({ preventScroll: true });
  });
  strength.addEventListener("input", () => { heat.style.opacity = strength.value / 100; });
  form.querySelector(".away").addEventListener("click", hide);
  places.addEventListener("click", (event) => {
    const button = event.target.closest("[data-number]");
    if (button) choosing(Number(button.dataset.number) - 1, event);
  });
  places.addEventListener("pointerover", (event) => {
    const number = event.target.closest("[data-number]")?.dataset.number;
    [...marks.children].forEach((outline, index) => outline.classList.toggle("meant", String(index + 1) === number));
  });
  places.addEventListener("pointerleave", () => { for (const outline of marks.children) outline.classList.remove("meant"); });
  // A result of a search with words is opened: the same words are asked of its picture once that is in view.
  document.addEventListener("explorer:worded", ({ detail }) => { expected = detail; });
  document.addEventListener("explorer:stage", () => {
    if (expected && value.kind === "work" && expected.key === value.key) {
      const { words } = expected;
      expected = null;
      ask(words);
    } else if (of && of !== here()) {
      hide();
      of = "";
    }
  });
  new MutationObserver(() => { if (answer?.boxes.length) paint(); }).observe(document.body, { attributeFilter: ["class"] }); // light, dark

  return {
    ask: begin, hide, toggle: () => (form.hidden ? begin() : hide()),
    at: ({ x, y }) => smallest((answer?.boxes || []).filter(({ box }) => box[0] <= x && x <= box[2] && box[1] <= y && y <= box[3])),
    pickNumber: (number, event) => choosing(number - 1, event),
  };
})();
