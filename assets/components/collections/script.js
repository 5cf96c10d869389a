const { ask, sayingIn, h } = window.Explorer;
const $ = (selector) => element.querySelector(selector);
const COLUMNS = ["Collection", "Works", "Model", "Indexed (UTC)", "Disk used"];
const say = sayingIn($(".notice"));
let shown = null;

const href = (address) => (address ? `?collection=${encodeURIComponent(address)}` : "?");
const link = ({ name, address, here }) => here
  ? h("span", { class: "name", "aria-current": "true" }, name, h("span", { class: "open" }, "open here"))
  : h("a", { class: "name", href: href(address) }, name);
const button = (words, run, label) => h("button", { type: "button", class: "quiet", "aria-label": label, on: { click: run } }, words);
const index = (mode, name = "") => document.dispatchEvent(new CustomEvent("explorer:index", { detail: { mode, name } }));
const deeds = (each) => h("td", { class: "deeds" },
  each.vectors ? null : button("Index again …", () => index("again", each.name), `Index ${each.name} again`),
  each.vectors || each.trouble ? null : button("Catalogue …", () => index("catalogue", each.name), `Another catalogue for ${each.name}`),
  button("Rename …", () => rename(each), `Rename ${each.name}`),
  button("Remove …", () => remove(each), `Remove ${each.name}`));
const row = (each) => h("tr", { class: each.here ? "here" : null },
  h("th", { scope: "row" }, each.trouble ? h("span", { class: "name" }, each.name) : link(each)),
  h("td", { class: "number" }, each.works?.toLocaleString("en") ?? ""),
  each.trouble ? h("td", { class: "trouble", colspan: 2 }, each.trouble) : [h("td", {}, each.model), h("td", {}, each.indexed)],
  h("td", { class: "number" }, each.disk || ""),
  shown.manage ? deeds(each) : null);
const table = (headings, rows) => h("table", {},
  h("thead", {}, h("tr", {}, headings.map((name) => h("th", { scope: "col", class: ["Works", "Disk used"].includes(name) ? "number" : null }, name)))),
  h("tbody", {}, rows));
const show = (value) => {
  if (!value?.collections) return;
  shown = value;
  $(".lead").replaceChildren(...(shown.manage
    ? ["Links to a collection are by its name; after it was renamed, the old name leads on."]
    : ["A collection that is made with ", h("code", {}, "explorer index"), " in the same cache folder is here as soon as it is indexed."]));
  $("[data-do=add]").hidden = !shown.manage;
  $(".table").replaceChildren(table([...COLUMNS, ...(shown.manage ? [""] : [])], shown.collections.map(row)));
  const removed = shown.removed || [];
  $(".removed").hidden = !removed.length;
  $(".removed .table").replaceChildren(removed.length ? table(["Collection", "Removed (UTC)", "Disk used", ""], removed.map((each) => h("tr", {},
    h("th", { scope: "row" }, h("span", { class: "name" }, each.name)), h("td", {}, each.when), h("td", { class: "number" }, each.disk),
    h("td", { class: "deeds" }, button("Bring back", () => bringBack(each), `Bring ${each.name} back`))))) : "");
};
const refresh = async () => {
  const answer = await ask(server.list_collections);
  if (!answer.error) show(answer);
};

// -- asked before it is done -------------------------------------------------------------------------------------------
const dialog = $(".asking"), field = dialog.querySelector("[name=name]");
let act = null;
const asking = ({ title, about, words, name = null, run }) => {
  dialog.querySelector("h2").textContent = title;
  dialog.querySelector(".about").replaceChildren(...about.map((text) => h("p", {}, text)));
  dialog.querySelector(".called").hidden = name === null;
  field.value = name ?? "";
  dialog.querySelector(".primary").textContent = words;
  dialog.querySelector(".trouble").textContent = "";
  act = run;
  dialog.showModal();
  if (name !== null) field.select();
};
dialog.querySelector("[value=cancel]").addEventListener("click", () => dialog.close());
dialog.querySelector("form").addEventListener("submit", async (event) => {
  event.preventDefault();
  const doing = dialog.querySelector(".primary");
  doing.disabled = true;
  const answer = await act(field.value.trim());
  doing.disabled = false;
  if (answer?.error) { dialog.querySelector(".trouble").textContent = answer.error; return; }
  dialog.close();
});
const rename = (each) => asking({
  title: `Rename ${each.name}`, name: each.name, words: "Rename",
  about: ["Everything in it stays as it is, and links with the old name lead to it."],
  run: async (name) => {
    if (!name) return { error: "Give it a name." };
    const answer = await ask(server.rename_collection, { name: each.name, new: name });
    if (answer.error) return answer;
    if (each.here) window.location.assign(href(answer.address));
    else { say(`${each.name} is called ${answer.name} now.`); await refresh(); }
    return answer;
  },
});
const remove = (each) => asking({
  title: `Remove ${each.name}?`, words: "Remove",
  about: [
    "The pictures in their folder are not touched.",
    "Judgements, bookmarks, motifs and notes are kept, with all that was computed: the collection is put aside, and “Bring back” restores it. No disk is freed by it.",
    each.here ? "This page goes to another collection." : "",
  ].filter(Boolean),
  run: async () => {
    const answer = await ask(server.remove_collection, { name: each.name });
    if (answer.error) return answer;
    if (each.here) window.location.assign("?");
    else { say(`${each.name} was removed; it can be brought back.`); await refresh(); }
    return answer;
  },
});
const bringBack = async (each, name = "") => {
  const answer = await ask(server.bring_back_collection, { id: each.id, name });
  if (!answer.error) { say(`${answer.name} is back.`); return refresh(); }
  asking({
    title: `Bring ${each.name} back`, name: each.name, words: "Bring back", about: [answer.error],
    run: async (other) => {
      const again = await ask(server.bring_back_collection, { id: each.id, name: other });
      if (!again.error) { say(`${again.name} is back.`); await refresh(); }
      return again;
    },
  });
};

$("[data-do=add]").addEventListener("click", () => index("new"));
document.addEventListener("explorer:collections-changed", () => { if (shown?.manage) refresh(); });
watch("value", () => show(props.value));
show(props.value);
