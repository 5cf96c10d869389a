const { ask, sayingIn, h, svg, picture, place, byline, motifs, ready, comparisons } = window.Explorer;
const { number, counted, called, facts, laid, who } = motifs;
const $ = (selector) => element.querySelector(selector);
const wall = $(".wall"), dossier = $(".dossier"), form = $(".tools"), strips = $(".strips"), notice = $(".notice");

let view = "strips"; // or "works": what a dossier is left for
let open = ""; // the motif whose dossier is shown; empty for the wall
let around = null; // what the server said last of all that stands around the motifs

const shown = () => element.offsetParent !== null;
const say = sayingIn(notice);

const tile = (each, aspect) => motifs.tile(server, each, aspect);

// -- changes: one at a time, in the order in which they were made -------------------------------------------------
let last = Promise.resolve();
const send = (sent) => {
  const made = last.then(() => ask(server.change_motif, { ...sent, who: who() }));
  last = made.catch(() => {});
  return made;
};
// Make a change and show what it left; what was refused is said, and what was typed is put back.
const change = async (kind, more = {}, done = "", answered = () => {}) => {
  const answer = await send({ change: { kind, motif: open, ...more } });
  answered(answer);
  if (answer.error) say(answer.error, true);
  else say(done);
  await refresh();
  return answer.error ? null : answer;
};
const step = async (which) => {
  const answer = await send({ step: which });
  const was = which === "undo" ? around?.undo : around?.redo;
  if (answer.error) say(answer.error, true);
  else say(was ? `${which === "undo" ? "Taken back" : "Done again"}: ${was}.` : "");
  await refresh();
};
const showList = () => (view === "works" ? showTogether() : showWall());
const refresh = () => (open ? showDossier(open, true) : showList());
const views = () => {
  $(".views").hidden = Boolean(open) || !(around?.found || listed.all || drawn.total);
  for (const button of $(".views").children) button.setAttribute("aria-pressed", String((button.dataset.do === "together") === (view === "works")));
};

const standing = (said) => {
  around = said;
  for (const which of ["undo", "redo"]) for (const button of element.querySelectorAll(`[data-do=${which}]`)) {
    button.disabled = !said[which];
    button.title = said[which] ? `${which === "undo" ? "Take back" : "Do again"}: ${said[which]}` : "";
  }
  showFinding();
  views();
};

// -- the address: motifs=ORDER is the wall, motifs=graph the works that share some, motif=ID a dossier ----------------------------------------------------
const GRAPH = "graph";
const history = window.Explorer.address;
let arrived = false; // what the address asks for is shown; before that it is left alone
const settle = (how) => history.settle(how);
const show = (asked) => {
  const sort = asked.get("motifs"), id = asked.get("motif");
  arrived = true;
  if ([...form.elements.sort.options].some((option) => option.value === sort)) form.elements.sort.value = sort;
  if (sort) view = sort === GRAPH ? "works" : "strips";
  return id ? showDossier(id) : showList();
};
history.of("motifs", {
  write: (asked) => {
    if (!arrived) return;
    asked.delete("motif");
    asked.delete("motifs");
    if (open) asked.set("motif", open);
    else asked.set("motifs", view === "works" ? GRAPH : form.elements.sort.value);
  },
  arrive: show,
});
let visible = false;
new IntersectionObserver(() => {
  if (shown() === visible) return;
  visible = shown();
  if (!visible) return;
  const asked = arrived ? null : history.asked("motifs"); // by a link, else by the tab; Back is told of by itself
  ready.then(() => {
    if (asked) return show(asked);
    arrived = true;
    refresh();
    settle();
  });
}).observe(element);
document.addEventListener("explorer:motifs-changed", () => { if (shown()) refresh(); });

element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do]");
  if (button && !button.disabled) deeds[button.dataset.do]?.(button);
});
const deeds = {
  undo: () => step("undo"), redo: () => step("redo"),
  find: () => find("start"), stop: () => find("stop"),
  strips: () => { view = "strips"; showWall().then(() => settle()); }, together: () => { view = "works"; showTogether().then(() => settle()); },
  "more-drawings": () => moreDrawings(),
  back: () => leave(), link: () => copyLink(), cite: () => window.Explorer.cite(window.location.href),
  merge: () => merge(), drop: () => hide(),
  split: () => split(), "remove-chosen": () => removeChosen(), unchoose: () => unchoose(),
};
form.addEventListener("submit", (event) => event.preventDefault());
