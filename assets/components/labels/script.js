const { h, picture, byline, inCollection } = window.Explorer;
const find = (selector) => element.querySelector(selector);
const answer = find(".answer"), groups = find(".groups"), table = find("table"), columnField = find(".column");
const slider = find(".threshold input[type=range]"), exact = find(".threshold input[type=number]");
const form = find(".keep"), nameField = find(".keep input"), kept = find(".columns");
const FEW = 24;

let value = {};
let threshold = null; // per cent, once the visitor has chosen one; until then the server's
let crossed = null; // the labels against a column, as the server counted them
let asked = 0; // the latest question about a column: answers to earlier ones are dropped
let timer = null;

const number = (count) => count.toLocaleString("en");
const works = (count) => (count === 1 ? "1 work" : `${number(count)} works`);
const percent = () => Math.round(100 * (threshold === null ? value.threshold : threshold / 100));
const exactly = () => (threshold === null ? value.threshold : threshold / 100);
const stands = (work) => Math.fround(work.fit) >= Math.fround(exactly());
const query = (more) => inCollection({ labels: value.labels, templates: value.templates, threshold: exactly(), ...more });

// -- works under their labels -----------------------------------------------------------------------------------
const detail = (work) => [
  work.title, ...work.scores.map(({ label, score }) => `${label}: ${score.toFixed(2)}`),
  `stands out from everyday words: ${Math.round(100 * work.fit)}%`,
].join("\n");
const item = (work) => h("li", {},
  h("button", { type: "button", "data-work": work.work, title: detail(work) },
    h("span", { class: "frame" }, picture(server, work.work)),
    h("span", { class: "words" },
      h("span", { class: "title" }, work.title),
      h("span", { class: "by" }, byline(work)),
      h("span", { class: "score" }, stands(work) ? work.score.toFixed(2) : `fit ${Math.round(100 * work.fit)}%`))));
const group = ({ label, index, members }) => {
  const list = h("ul", {}, members.slice(0, FEW).map(item));
  const rest = members.length - FEW;
  const more = rest > 0 && h("button", {
    type: "button", class: "more", on: { click: () => { list.append(...members.slice(FEW).map(item)); more.remove(); } },
  }, `Show ${number(rest)} more`);
  return h("section", { class: "group", "data-label": index },
    h("h3", { title: label, tabindex: "-1" }, label || "No label fits", h("small", {}, works(members.length))),
    members.length ? list : h("p", { class: "none" }, "No work fits this label best."), more);
};
const sorted = () => {
  const all = (value.labels || []).map((label, index) => ({ label, index, members: [] }));
  const none = { label: "", index: -1, members: [] };
  for (const work of value.works || []) (stands(work) ? all[work.label] : none).members.push(work);
  for (const entry of [...all, none]) entry.members.sort((a, b) => b.score - a.score);
  return none.members.length ? [...all, none] : all;
};

// -- counts, and counts against a column ------------------------------------------------------------------------
const shade = (share) => (share > 0 ? `color-mix(in srgb, var(--accent) ${Math.round(8 + 62 * share)}%, transparent)` : null);
const showTable = (all) => {
  const values = crossed ? crossed.values : [];
  const head = h("tr", {}, h("th", { scope: "col", class: "corner" }, "Label"), h("th", { scope: "col" }, h("span", {}, "works")),
    values.map((name) => h("th", { scope: "col", class: "value", title: name }, h("span", {}, name.replaceAll("_", " ")))));
  const body = all.map((entry) => {
    const row = crossed && crossed.rows[entry.index < 0 ? crossed.rows.length - 1 : entry.index];
    const total = row ? row.counts.reduce((sum, count) => sum + count, 0) : 0;
    return h("tr", { class: entry.members.length ? null : "empty" },
      h("th", { scope: "row" }, h("button", { type: "button", "data-to": entry.index, title: entry.label }, entry.label || "No label fits")),
      h("td", { class: "count" }, number(entry.members.length)),
      row ? row.counts.map((count, at) => h("td", {
        style: { background: shade(total ? count / total : 0) }, title: count ? `${entry.label || "No label fits"}, ${values[at]}: ${works(count)}` : null,
      }, count ? number(count) : "")) : []);
  });
  table.replaceChildren(h("thead", {}, head), h("tbody", {}, body));
};
const cross = async () => {
  const mine = (asked += 1), column = columnField.value;
  const said = find(".against .said");
  said.textContent = "";
  if (!column) { crossed = null; return showTable(sorted()); }
  const found = await server.against(query({ column })).catch(() => ({ error: "The server did not answer; choose the column again." }));
  if (mine !== asked) return;
  crossed = found.error ? null : found;
  said.textContent = found.error || "";
  showTable(sorted());
};

// -- the threshold: works are grouped anew here, and only counts against a column are asked for ------------------
const regroup = () => {
  const all = sorted(), without = all[all.length - 1]?.index < 0 ? all[all.length - 1].members.length : 0;
  slider.value = exact.value = percent();
  find(".tally").textContent = `${number(value.works.length - without)} of ${works(value.works.length)} have a label.`;
  groups.replaceChildren(...all.map(group));
  if (columnField.value) { clearTimeout(timer); timer = setTimeout(cross, 250); }
  if (!columnField.value || !crossed) showTable(all);
};
const choose = (sent) => {
  const chosen = Number.parseFloat(sent);
  if (!Number.isFinite(chosen)) return;
  threshold = Math.min(100, Math.max(0, chosen));
  regroup();
};
slider.addEventListener("input", () => choose(slider.value));
exact.addEventListener("change", () => choose(exact.value));
columnField.addEventListener("change", cross);

// -- kept columns -----------------------------------------------------------------------------------------------
const say = (sentence, undo = null) => {
  find(".keep .said").replaceChildren(sentence, ...(undo ? [" ", h("button", { type: "button", class: "link", on: { click: undo } }, "Undo")] : []));
};
const showColumns = (columns, list) => {
  const chosen = columnField.value;
  columnField.replaceChildren(...[["", "no column"], ...columns.map((name) => [name, name.replaceAll("_", " ")])]
    .map(([name, label]) => h("option", { value: name, selected: name === chosen }, label)));
  if (chosen && !columns.includes(chosen)) cross();
  kept.replaceChildren(...list.map((column) => h("li", { title: (column.labels || []).join("\n") },
    h("span", {}, column.name), h("small", {}, works(column.works)),
    h("button", { type: "button", class: "link", "data-remove": column.name, "aria-label": `Remove ${column.name}` }, "Remove"))));
};
const change = async (ask, sent, done) => {
  form.setAttribute("aria-busy", "true");
  const changed = await ask(sent).catch(() => ({ error: "The server did not answer; try again." }));
  form.removeAttribute("aria-busy");
  if (changed.error) return say(changed.error);
  value = { ...value, columns: changed.columns, kept: changed.kept };
  showColumns(changed.columns, changed.kept);
  done(changed.changed);
};
form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (form.getAttribute("aria-busy")) return;
  change(server.keep_column, query({ name: nameField.value }), (column) => {
    nameField.value = "";
    say(`“${column.name}” is kept for ${works(column.works)}: it colours the map, and its words are found in the catalogue.`);
  });
});
kept.addEventListener("click", (event) => {
  const name = event.target.dataset.remove;
  if (name === undefined) return;
  change(server.remove_column, inCollection({ name }), (column) => say(`“${column.name}” is removed.`, () =>
    change(server.restore_column, inCollection({ name }), (back) => say(`“${back.name}” is back.`))));
});

// -- the address: label=TEXT for each, ask=TEXT for each way of asking, where these are not the usual ones --------
const address = window.Explorer.address;
const LONGEST = 1800; // characters: a longer address is cut by what it is sent with
const arrive = (sent) => {
  const labels = sent.getAll("label");
  if (labels.length && String(labels) === String(value.labels)) return;
  value = {};
  answer.hidden = true;
  if (labels.length) trigger("restore", { labels, ask: sent.getAll("ask") });
};
address.of("labels", {
  write: (sent) => {
    if (!value.labels) return;
    for (const name of ["label", "ask"]) sent.delete(name);
    const ways = value.usual ? [] : value.templates;
    if (encodeURIComponent([...value.labels, ...ways].join("&label=")).length > LONGEST) return;
    value.labels.forEach((label) => sent.append("label", label));
    ways.forEach((way) => sent.append("ask", way));
  },
  arrive,
});

// -- what comes from the server ---------------------------------------------------------------------------------
const show = () => {
  value = props.value || {};
  find(".message").textContent = value.message || "";
  answer.hidden = !value.works;
  crossed = null;
  asked += 1;
  find(".unknown").textContent = value.note || "";
  if (!value.works) return groups.replaceChildren();
  say("");
  showColumns(value.columns, value.kept);
  regroup();
  address.settle();
};
groups.addEventListener("click", (event) => {
  const button = event.target.closest("[data-work]");
  if (button) trigger("choose", { work: button.dataset.work });
});
table.addEventListener("click", (event) => {
  const to = event.target.dataset.to;
  if (to === undefined) return;
  const heading = groups.querySelector(`[data-label="${to}"] h3`);
  heading.scrollIntoView({ block: "start" });
  heading.focus({ preventScroll: true });
});
watch("value", show);
show();
window.Explorer.ready.then(() => { if (address.asked("labels")?.has("label")) arrive(address.asked("labels")); });
