// Keeping something as a bookmark, from anywhere on the page: `explorer:keep` {mark, name} opens the dialog.
const { ask, h, picture, inCollection, whole } = window.Explorer;
const { who } = window.Explorer.motifs;
const $ = (selector) => element.querySelector(selector);
const KINDS = { work: "a work", detail: "a detail", match: "a match", comparison: "a comparison", search: "a search" };
const dialog = $(".keeping"), keepForm = $(".keeping form"), slip = $(".kept-slip");
const LAST = "explorer.set"; // the name of the set that something was put into last, of each collection
const lastSets = () => { try { return JSON.parse(window.localStorage.getItem(LAST)) || {}; } catch (error) { return {}; } };
const rememberSet = (name) => { try { window.localStorage.setItem(LAST, JSON.stringify({ ...lastSets(), [inCollection({}).collection]: name })); } catch (error) { /* not kept by this browser */ } };
let keeping = null;

document.addEventListener("explorer:keep", async ({ detail }) => {
  keeping = detail.mark;
  keepForm.reset();
  $("#keeping-title").textContent = `Keep ${KINDS[keeping.kind]}`;
  $(".keeping .pictures").replaceChildren(...(keeping.places || []).slice(0, 4).map((place) => picture(server, place.work, { box: place.box && !whole(place.box) ? place.box : null })));
  keepForm.elements.name.value = detail.name || "";
  $(".keeping .trouble").textContent = "";
  const set = lastSets()[inCollection({}).collection];
  keepForm.elements.set.value = typeof set === "string" ? set : "";
  dialog.showModal();
  keepForm.elements.name.focus();
  const answer = await ask(server.bookmark_sets);
  $("#keeping-sets").replaceChildren(...(answer.sets || []).map(({ name }) => h("option", { value: name })));
});
const slide = (sentence, ...more) => {
  slip.replaceChildren(sentence, ...more);
  setTimeout(() => { if (slip.firstChild?.textContent === sentence) slip.replaceChildren(); }, 12_000);
};
keepForm.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = $(".primary");
  if (button.disabled) return; // it is being kept
  button.disabled = true;
  const typed = Object.fromEntries(["name", "set", "note"].map((name) => [name, keepForm.elements[name].value.trim()]));
  const tags = keepForm.elements.tags.value.split(",").map((tag) => tag.trim()).filter(Boolean);
  const answer = await ask(server.keep_bookmark, { mark: { ...keeping, name: typed.name, note: typed.note, tags }, set: typed.set, who: who() });
  button.disabled = false;
  if (answer.error) { $(".keeping .trouble").textContent = answer.error; return; } // what was typed stays
  dialog.close();
  rememberSet(typed.set);
  document.dispatchEvent(new CustomEvent("explorer:kept"));
  keeping = null;
  slide(typed.set ? `Kept in “${typed.set}”.` : "Kept. It is in the Bookmarks tab.",
    h("button", { type: "button", on: { click: async () => { const back = await ask(server.change_bookmarks, { do: "undo", who: who() }); slide(back.error || "Taken back."); document.dispatchEvent(new CustomEvent("explorer:kept")); } } }, "Undo"));
});
dialog.addEventListener("click", (event) => { if (event.target === dialog || event.target.closest("[value=cancel]")) dialog.close(); });
dialog.addEventListener("keydown", (event) => event.stopPropagation()); // what is underneath has keys of its own
