const { ask, sayingIn, h, picture, byline, ready, takeAway, titled } = window.Explorer;
const { number, counted, who } = window.Explorer.motifs;
const $ = (selector) => element.querySelector(selector);
const list = $(".marks"), desk = $(".desk"), notice = $(".notice"), setsList = $(".sets ul");
const nameField = $(".about-set .name input"), noteField = $(".about-set textarea");
const ALL = "all";

let now = { set: "", sets: [], marks: [], total: 0 }; // what the server said last
let view = "list"; // or "table"
let chosen = new Set(); // ids

const shown = () => element.offsetParent !== null;
const say = sayingIn(notice);

// -- changes: one at a time, in the order in which they were made -------------------------------------------------
let last = Promise.resolve();
const inTurn = (run) => {
  const made = last.then(run);
  last = made.catch(() => {});
  return made;
};
const change = async (what, more = {}, done = "") => {
  const answer = await inTurn(() => ask(server.change_bookmarks, { do: what, set: now.set, who: who(), ...more }));
  say(answer.error || done, Boolean(answer.error));
  await show(now.set);
  return answer.error ? null : answer;
};

// -- what is shown ------------------------------------------------------------------------------------------------
let asking = 0;
const show = async (set) => {
  const mine = ++asking;
  const answer = await ask(server.bookmarks, { set });
  if (mine !== asking) return;
  if (answer.error) {
    say(answer.error, true);
    return set ? show("") : null;
  }
  now = answer;
  chosen = new Set([...chosen].filter((id) => now.marks.some((mark) => mark.id === id)));
  paint();
};
const current = () => now.sets.find((set) => set.id === now.set);
const paint = () => {
  const set = current();
  setsList.replaceChildren(...[{ id: "", name: "All bookmarks", count: now.total }, ...now.sets].map((each) => h("li", {},
    h("button", { type: "button", "aria-current": each.id === now.set ? "true" : null, on: { click: () => choose(each.id) } },
      h("span", { class: "title" }, each.name), h("span", { class: "by" }, number(each.count))))));
  $(".called").textContent = set ? set.name : "All bookmarks";
  if (shown()) titled("Bookmarks", set ? set.name : "");
  $(".about-set").hidden = !set;
  if (set && document.activeElement !== nameField) nameField.value = set.name;
  if (set && document.activeElement !== noteField) noteField.value = now.note;
  for (const which of ["undo", "redo"]) {
    const button = $(`[data-do=${which}]`);
    button.disabled = !now[which];
    button.title = now[which] ? `${which === "undo" ? "Take back" : "Do again"}: ${now[which]}` : "";
  }
  if (!set) view = "list";
  for (const which of ["list", "table"]) $(`[data-do=${which}]`).setAttribute("aria-pressed", String(view === which));
  $("[data-do=table]").disabled = !set || !now.marks.length;
  $(".export").disabled = !now.marks.length;
  $(".empty").textContent = now.marks.length ? "" : set ? "Nothing is in this set yet. Choose bookmarks among all of them and put them into it, or name it when you keep something."
    : "Nothing is kept yet. Press “Keep” under a picture, on a match or in Compare, and it is here when you come back.";
  list.hidden = view === "table" || !now.marks.length;
  desk.hidden = view !== "table" || !now.marks.length;
  if (view === "table") layTable();
  else paintMarks();
  tally();
};
const choose = (set) => {
  chosen.clear();
  return show(set).then(() => settle());
};

// -- a set --------------------------------------------------------------------------------------------------------
const describeSet = (fields) => change("describe set", { fields });
const field = (input, was, send) => {
  input.addEventListener("change", () => { if (input.value !== was()) send(input.value); });
  input.addEventListener("keydown", (event) => {
    event.stopPropagation();
    if (event.key === "Escape") { input.value = was(); input.blur(); }
    if (event.key === "Enter" && input.tagName === "INPUT") input.blur();
  });
};
field(nameField, () => current()?.name || "", (name) => describeSet({ name }));
field(noteField, () => now.note, (note) => describeSet({ note }));
const newSet = async () => {
  const name = window.prompt("What is the new set called?", "");
  if (!name?.trim()) return;
  const made = await change("new set", { name, marks: [...chosen] }, `“${name.trim()}” was made.`);
  if (made) choose(made.new);
};
const removeSet = async () => {
  const set = current();
  if (set && await change("remove set", { remove: set.id, set: "" }, `“${set.name}” was removed; its bookmarks are kept. Undo brings it back.`)) choose("");
};
const chooser = $(".file input");
chooser.addEventListener("change", async () => {
  const file = chooser.files[0];
  chooser.value = "";
  if (!file) return;
  const answer = await ask(server.read_bookmarks_in, { text: await file.text(), file: file.name, who: who() });
  if (answer.error) return say(answer.error, true);
  await choose(answer.new);
  say(`${counted(answer.count, "bookmark")} read in from ${file.name}.`);
});
$(".file button").addEventListener("click", () => chooser.click());

// -- the address: bookmarks=all or a set's id, table=1 the light table ---------------------------------------------
const history = window.Explorer.address;
const settle = (how) => history.settle(how);
let arrived = false; // what the address asks for is shown; before that it is left alone
const arrive = (asked) => {
  const set = asked.get("bookmarks");
  view = asked.get("table") === "1" ? "table" : "list";
  arrived = false;
  return show(set && set !== ALL ? set : "").then(() => { arrived = true; settle("replaceState"); });
};
history.of("bookmarks", {
  write: (asked) => {
    if (!arrived) return;
    asked.set("bookmarks", now.set || ALL);
    if (view === "table") asked.set("table", "1");
    else asked.delete("table");
  },
  arrive,
});
let visible = false;
new IntersectionObserver(() => {
  if (shown() === visible) return;
  visible = shown();
  if (!visible) return;
  const asked = arrived ? null : history.asked("bookmarks"); // by a link, else by the tab; Back is told of by itself
  ready.then(() => (asked ? arrive(asked) : show(now.set).then(() => { arrived = true; settle(); })));
}).observe(element);

// -- keys and buttons ---------------------------------------------------------------------------------------------
const deeds = {
  undo: () => change("undo", {}, now.undo ? `Taken back: ${now.undo}.` : ""), redo: () => change("redo", {}, now.redo ? `Done again: ${now.redo}.` : ""),
  "new-set": newSet, "remove-set": removeSet,
  list: () => { view = "list"; paint(); settle(); }, table: () => { view = "table"; paint(); settle(); },
  "take-out": () => change("take out", { marks: [...chosen] }, `${counted(chosen.size, "bookmark")} taken out; Undo puts it back.`),
  remove: () => change("remove", { marks: [...chosen] }, `${counted(chosen.size, "bookmark")} removed; Undo brings it back.`),
  unchoose: () => { chosen.clear(); paint(); },
  ...Object.fromEntries(["in", "out", "fit", "left", "right", "larger", "smaller", "to-scale", "front"].map((name) => [name, () => table[name]()])),
};
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do]");
  if (button && !button.disabled) deeds[button.dataset.do]?.(button);
});
takeAway($(".export"), [["html", "one page to send (HTML)"], ["zip", "the details (ZIP)"], ["csv", "a table (CSV)"], ["json", "JSON, to read in again"], ["annotations", "web annotations"]],
  (as) => ask(server.take_bookmarks_away, { as, set: now.set, address: window.location.origin + window.location.pathname }), say);
document.addEventListener("explorer:kept", () => { if (shown()) show(now.set); });
