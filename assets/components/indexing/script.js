const { ask, h } = window.Explorer;
const $ = (selector) => element.querySelector(selector);
const panel = $(".indexing"), form = $(".fields"), fields = form.elements, trouble = $(".trouble"), preview = $(".preview");
const OTHER = "?"; // no model is called that
const COLUMNS = ["Column", "Understood as", "Rows that have it", "For example"];

let mode = "new"; // or "again", "catalogue": for the collection `of`
let of = "";
let uploaded = null; // the catalogue that was sent: {path, name}
let columns = null; // what was chosen of them: heading -> field; null: as the last time
let shown = null; // the catalogue, as it was shown last
let named = false; // the name was typed, and not suggested
let round = 0; // of looking: answers to earlier questions are dropped

const beginning = () => Boolean(props.value?.beginning); // the page of an app that has no collection yet
const say = (sentence) => { trouble.textContent = sentence || ""; };
const part = (name) => { for (const each of ["fields", "preview", "running", "ended"]) $("." + each).hidden = !name.includes(each); };

const wish = () => ({
  mode, name: mode === "new" ? fields.name.value : of, folder: fields.folder.value, columns,
  catalogue: uploaded ? "" : fields.catalogue.value, upload: uploaded?.path || "",
  model: fields.model.value === OTHER ? fields.other.value : fields.model.value,
});

// -- the form ------------------------------------------------------------------------------------------------------
const models = (chosen = "") => {
  const known = props.value?.models || [];
  const more = chosen && !known.some((each) => each.value === chosen) ? [{ value: chosen, words: `${chosen} (as before)` }] : [];
  fields.model.replaceChildren(...[...known, ...more, { value: OTHER, words: "another …" }].map(({ value, words }) => h("option", { value }, words)));
  if (chosen) fields.model.value = chosen;
  fields.other.hidden = true;
};
const outdated = () => { // something was changed: what was shown is not what would happen any more
  round += 1;
  preview.hidden = true;
  for (const wait of element.querySelectorAll(".wait")) wait.textContent = "";
  say("");
};
const TITLES = { new: "Add a collection", again: "Index again: ", catalogue: "Another catalogue: " };
const LEADS = {
  new: "A folder of pictures on this computer becomes a collection. The pictures stay where they are, and are not changed.",
  again: "What is new or changed in the folder is encoded; what people made is kept. With another model all of it is encoded again.",
  catalogue: "The works that it names get its entries; the others keep theirs. Nothing is encoded again; judgements, bookmarks and kept columns stay.",
};
const titled = () => {
  $("h2").textContent = beginning() && mode === "new" ? "From your own pictures" : TITLES[mode] + (mode === "new" ? "" : of);
  $(".lead").textContent = LEADS[mode];
  $(".close").hidden = beginning();
};
const open = async (asked = { mode: "new", name: "" }) => {
  ({ mode, name: of } = asked);
  uploaded = null; columns = null; named = false;
  form.reset();
  outdated();
  showSent();
  fold();
  models();
  titled();
  $(".of-folder").hidden = $(".of-model").hidden = mode === "catalogue";
  $(".of-name").hidden = mode !== "new";
  $(".optional").textContent = mode === "catalogue" ? "(a table)" : mode === "again" ? "(a table; left out, entries stay as they are)" : "(CSV, Excel, LibreOffice or JSON; may be left out)";
  $(".of-model .why").textContent = mode === "again" ? "The other settings are those of the last time." : "";
  part(["fields"]);
  panel.hidden = false;
  if (mode !== "new") {
    const known = await ask(server.known_settings, { name: of });
    if (known.error) return say(known.error);
    fields.folder.value = known.folder;
    if (mode === "again") fields.catalogue.value = known.catalogue;
    models(known.model);
  }
  if (!beginning()) { $("h2").focus({ preventScroll: true }); panel.scrollIntoView({ block: "start", behavior: "smooth" }); }
};
const suggest = async () => {
  if (mode !== "new" || named || !fields.folder.value.trim()) return;
  const answer = await ask(server.name_for, { folder: fields.folder.value });
  if (answer.name && !named) fields.name.value = answer.name;
};
form.addEventListener("input", (event) => {
  if (event.target === fields.name) named = Boolean(fields.name.value);
  if (event.target === fields.catalogue) { uploaded = null; columns = null; showSent(); }
  outdated();
});
form.addEventListener("change", (event) => {
  event.stopPropagation();
  if (event.target === fields.folder) suggest();
  if (event.target === fields.model) {
    fields.other.hidden = fields.model.value !== OTHER;
    if (!fields.other.hidden) fields.other.focus();
  }
});

// -- a folder, chosen step by step -----------------------------------------------------------------------------------
const chooser = $(".chooser"), choose = $("[data-do=choose]");
let at = "";
const fold = () => { chooser.hidden = true; choose.setAttribute("aria-expanded", "false"); };
const pictures = (count) => (count ? `${count.toLocaleString("en")} ${count === 1 ? "picture" : "pictures"}` : "");
const walk = async (path) => {
  const answer = await ask(server.folders, { path });
  if (answer.error) return path ? walk("") : say(answer.error); // what was typed is none: from the start
  at = answer.path;
  chooser.hidden = false;
  choose.setAttribute("aria-expanded", "true");
  const step = ({ name, path: to }) => h("button", { type: "button", class: "link", on: { click: () => walk(to) } }, name);
  $(".way").replaceChildren(...answer.above.flatMap((each, index) => (index ? [h("span", { "aria-hidden": "true" }, " › "), step(each)] : [step(each)])));
  $(".folders").replaceChildren(...answer.folders.map((each) => h("li", {},
    h("button", { type: "button", on: { click: () => walk(each.path) } }, h("span", {}, each.name), h("span", { class: "count" }, pictures(each.pictures))))));
  if (!answer.folders.length) $(".folders").append(h("li", { class: "none" }, "No folders in it."));
  if (answer.more) $(".folders").append(h("li", { class: "none" }, `and ${answer.more.toLocaleString("en")} more; type the path to go there`));
  $("[data-do=take]").textContent = `Take “${answer.above.at(-1).name}”`;
  $(".chooser .do .count").textContent = `${pictures(answer.pictures) || "no pictures"} right in it; its subfolders are indexed too`;
  $(".folders").scrollTop = 0;
};

// -- a catalogue from a file of the browser's --------------------------------------------------------------------------
const file = $("input[type=file]");
const showSent = () => {
  $(".sent").hidden = !uploaded;
  $(".sent").textContent = uploaded ? `${uploaded.name} was read from your file.` : "";
};
file.addEventListener("change", async () => {
  const [chosen] = file.files;
  file.value = "";
  if (!chosen) return;
  const sent = await upload(chosen).catch(() => null);
  outdated();
  if (!sent) return say("The file could not be read; try again.");
  uploaded = { path: sent.path, name: chosen.name };
  columns = null;
  fields.catalogue.value = "";
  showSent();
});

// -- what would happen ---------------------------------------------------------------------------------------------
const sentences = (list, texts) => list.replaceChildren(...texts.map((text) => h("li", {}, text)));
const unfold = (details, count, words, content) => {
  details.hidden = !count;
  details.open = false;
  details.querySelector("summary").textContent = words;
  details.querySelector(".scroll").replaceChildren(...content);
};
const table = (headings, rows) => h("table", {}, h("thead", {}, h("tr", {}, headings.map((name) => h("th", { scope: "col", class: name === COLUMNS[2] ? "number" : null }, name)))), h("tbody", {}, rows));
// A field has one column: of those that were chosen the last.
const take = (heading, field) => {
  columns = { ...Object.fromEntries(Object.entries(shown.chosen).filter(([, other]) => !field || other !== field)), [heading]: field };
  look(heading);
};
const menu = (of, each) => h("select", { "aria-label": `What the column “${each.heading}” is`, "data-heading": each.heading, on: { change: (event) => { event.stopPropagation(); take(each.heading, event.target.value); } } },
  of.fields.map(({ value, words }) => h("option", { value, selected: value === each.as ? "" : null }, words)));
const showCatalogue = (found) => {
  shown = found || null;
  $(".catalogue").hidden = !found;
  if (!found) return;
  sentences($(".catalogue .sentences"), found.sentences);
  const names = $("[name=column]");
  names.replaceChildren(...(found.column ? [] : [h("option", { value: "" }, "choose …")]), ...found.columns.map(({ heading }) => h("option", { value: heading }, heading)));
  names.value = found.column;
  $(".of-column").classList.toggle("asked", found.asked);
  $(".columns").replaceChildren(table(COLUMNS, found.columns.map((each) => h("tr", {},
    h("th", { scope: "row" }, each.heading), h("td", { class: `is${each.as ? " known" : ""}` }, menu(found, each)), h("td", { class: "number" }, each.filled.toLocaleString("en")), h("td", { class: "example" }, each.example)))));
  $(".anew-columns").hidden = !Object.keys(found.chosen).length;
  const some = (names, count) => [names.join("\n") + (count > names.length ? `\nand ${(count - names.length).toLocaleString("en")} more` : "")];
  unfold($(".without-row"), found.without_row_count, `Pictures without a row: ${found.without_row_count.toLocaleString("en")}`, some(found.without_row, found.without_row_count));
  unfold($(".without-picture"), found.without_picture_count, `Rows without a picture: ${found.without_picture_count.toLocaleString("en")}`, some(found.without_picture.map((text) => text || "(empty)"), found.without_picture_count));
};
const look = async (heading = null) => { // of the column that was changed, where one was
  const before = heading !== null && !preview.hidden;
  outdated();
  preview.hidden = !before;
  const mine = round, start = $("[data-do=start]");
  start.disabled = true;
  $(before ? ".preview .wait" : ".fields .wait").textContent = "Looking at the files …";
  const found = await ask(server.preview_indexing, wish());
  if (mine !== round) return;
  for (const wait of element.querySelectorAll(".wait")) wait.textContent = "";
  if (found.error) { preview.hidden = true; return say(found.error); }
  if (mode === "new" && !fields.name.value.trim()) fields.name.value = found.name;
  sentences($(".preview > .sentences"), [...(found.folder?.sentences || []), ...(found.entries ? [found.entries] : [])]);
  const count = found.folder?.left_out_count || 0;
  unfold($(".left-out"), count, `Left out: ${count.toLocaleString("en")} ${count === 1 ? "file" : "files"} that cannot be read`,
    count ? [table(["File", "Reason"], found.folder.left_out.map((each) => h("tr", {}, h("td", {}, each.file), h("td", {}, each.reason))))] : []);
  showCatalogue(found.catalogue);
  preview.querySelector("h3").hidden = !found.folder;
  start.disabled = !found.start;
  start.textContent = mode === "catalogue" ? "Replace the catalogue" : "Start";
  preview.hidden = false;
  if (before) [...element.querySelectorAll(".columns select")].find((each) => each.dataset.heading === heading)?.focus({ preventScroll: true });
  else preview.scrollIntoView({ block: "nearest", behavior: "smooth" });
};
form.addEventListener("submit", (event) => { event.preventDefault(); look(); });
$("[name=column]").addEventListener("change", (event) => {
  event.stopPropagation();
  take(event.target.value, "file");
});

// -- at work -------------------------------------------------------------------------------------------------------
let asking = null;
const changed = () => document.dispatchEvent(new CustomEvent("explorer:collections-changed"));
const ended = (result, { link = null, words = "Open" } = {}) => {
  part(["ended"]);
  panel.hidden = false;
  $(".result").textContent = result;
  const open = $(".ended .open");
  open.hidden = link === null;
  open.textContent = words;
  if (link !== null) open.href = link ? `?collection=${encodeURIComponent(link)}` : "?";
  $(".ended .anew").textContent = mode === "new" ? "Add another …" : "Close";
  changed();
};
const show = (state, began = false) => {
  clearTimeout(asking);
  if (state.error) { part(["fields"]); return say(state.error); }
  const { run, name } = state;
  if (run.running) {
    panel.hidden = false;
    $("h2").textContent = beginning() ? "Your first collection" : "Indexing";
    $(".lead").textContent = "";
    $(".close").hidden = beginning();
    part(["running"]);
    $(".running .of").textContent = name;
    const bar = $("progress");
    if (run.of) bar.value = run.done / run.of;
    else bar.removeAttribute("value");
    $(".stage").textContent = run.stage ? `${run.stage}${run.of > 1 ? `: ${run.done.toLocaleString("en")} of ${run.of.toLocaleString("en")}` : " …"}` : "Beginning …";
    asking = setTimeout(poll, 1000);
    return;
  }
  if (!began && !working) return; // what ended before this page was opened is no news
  working = false;
  $("[data-do=stop]").disabled = false;
  if (run.error) return stopped(run.error);
  if (run.stopped) return stopped(state.there ? `Indexing ${name} was stopped. What was done is kept: “Index again” goes on there.` : `Indexing ${name} was stopped before anything was done; nothing is left of it.`);
  if (!run.result) return;
  if (beginning()) return arrive(name, run.result);
  ended(`${name} is indexed: ${run.result}`, { link: state.address, words: `Open ${name}` });
};
const stopped = (sentence) => { // what was filled in is still there
  titled();
  part(["fields"]);
  say(sentence);
  changed();
};
let working = false;
const poll = async () => {
  const late = new Promise((resolve) => setTimeout(resolve, 8000, { error: "late" })); // what a server took with it is not answered
  const state = await Promise.race([ask(server.indexing_state), late]);
  if (state.error) { // the server is busy and the work goes on; or it has ended, and the first page with it
    if (beginning() && await goneOver()) return window.location.assign("?");
    asking = setTimeout(poll, 1000);
    return;
  }
  show(state);
};
const start = async (sent) => {
  say("");
  $(".preview .wait").textContent = mode === "catalogue" ? "Replacing …" : "";
  $("[data-do=start]").disabled = true;
  const state = await ask(server.start_indexing, sent);
  $("[data-do=start]").disabled = false;
  $(".preview .wait").textContent = "";
  if (state.error) return say(state.error);
  if (state.applied) return ended(state.applied, { link: new URLSearchParams(window.location.search).get("collection") || "", words: "Show it" });
  working = true;
  changed();
  show(state, true);
};
// The app goes over from its first page to the collection by itself: wait until that is what is answered.
const STILL = "part-" + "beginning"; // in the first page's markup, and, as it stands here, in no other's
const goneOver = () => fetch(window.location.pathname, { cache: "no-store", signal: AbortSignal.timeout(8000) }).then(async (page) => page.ok && !(await page.text()).includes(STILL), () => false);
const arrive = (name, result) => {
  part(["ended"]);
  $(".ended .do").hidden = true;
  $(".result").textContent = `${name} is indexed: ${result} It is being opened …`;
  const look = async () => {
    if (await goneOver()) window.location.assign("?");
    else setTimeout(look, 700);
  };
  look();
};

const deeds = {
  choose: () => (chooser.hidden ? walk(fields.folder.value.trim()) : fold()),
  take: () => { fields.folder.value = at; fold(); outdated(); suggest(); },
  file: () => file.click(),
  start: () => start({ ...wish(), columns: shown && { ...shown.chosen, ...(shown.guess ? { [shown.guess]: "file" } : {}) } }), // as it was shown
  recognise: () => { columns = {}; look(""); },
  stop: async () => { $("[data-do=stop]").disabled = true; $(".stage").textContent = "Stopping …"; await ask(server.indexing_state, { do: "stop" }); poll(); },
  again: () => (mode === "new" ? open() : close()),
};
const close = () => { panel.hidden = true; clearTimeout(asking); };
element.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-do]");
  if (button && !button.disabled) deeds[button.dataset.do](button);
});
$(".close").addEventListener("click", close);
document.addEventListener("explorer:index", async (event) => {
  const state = await ask(server.indexing_state);
  if (state.run?.running) { working = true; show(state); return panel.scrollIntoView({ block: "nearest" }); } // one at a time
  open(event.detail);
});
document.addEventListener("explorer:index-demo", () => { mode = "new"; start({ mode: "demo" }); });
let ready = false;
const appear = async () => {
  if (ready || !props.value?.models) return; // nothing of it on a page that is shared
  ready = true;
  models();
  const state = await ask(server.indexing_state);
  if (state.run?.running) { working = true; return show(state); }
  if (beginning()) open();
};
watch("value", appear);
appear();
