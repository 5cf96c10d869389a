
// -- where in the picture words are found (follows script.js, whose names it uses) -------------------------------------
const whereIs = (() => {
  const form = $(".where"), field = form.elements.words, strength = form.elements.strength;
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
  const show = (next) => {
    answer = next?.boxes ? next : null;
    const any = Boolean(answer?.boxes.length);
    form.querySelector(".shading").hidden = !any;
    found.textContent = next?.error || next?.sentence || "";
    marks.replaceChildren(...(answer?.boxes || []).map(({ box }, index) => {
      const outline = mark(box);
      outline.append(h("b", {}, index + 1));
      return outline;
    }));
    places.replaceChildren(...(answer?.boxes || []).map((_, index) => h("button", {
      type: "button", "data-number": index + 1, title: `Search with this place ( ${index + 1} )`, "aria-label": `Search with place ${index + 1} of ${answer.words}`,
    }, index + 1)));
    heatmap.show(any ? { rows: answer.rows, columns: answer.columns, levels: answer.heat } : null, strength.value);
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
    recurs.hide();
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
  strength.addEventListener("input", () => heatmap.strength(strength.value));
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

  return {
    ask: begin, hide, toggle: () => (form.hidden ? begin() : hide()),
    at: ({ x, y }) => smallest((answer?.boxes || []).filter(({ box }) => box[0] <= x && x <= box[2] && box[1] <= y && y <= box[3])),
    pickNumber: (number, event) => choosing(number - 1, event),
  };
})();
