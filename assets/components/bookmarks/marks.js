
// -- the bookmarks of a set, as a list (follows script.js, whose names it uses) ----------------------------------------
const KINDS = { work: "a work", detail: "a detail", match: "a match", comparison: "a comparison", search: "a search" };
const crop = (place) => (place.gone ? h("span", { class: "gone" }, "no longer in the collection") : picture(server, place.work, { box: place.box, alt: "" }));
const link = (mark) => window.Explorer.linked(mark.address || (mark.places[0] ? new URLSearchParams({ work: mark.places[0].work, ...(mark.places[0].box ? { box: mark.places[0].box.join(",") } : {}) }).toString() : ""));
const described = (mark, name, text) => change("describe", { mark: mark.id, fields: { [name]: text } });
const input = (mark, name, label, tag = "input") => {
  const text = name === "tags" ? mark.tags.join(", ") : mark[name];
  const made = h(tag, { "aria-label": `${label} of this bookmark`, ...(tag === "input" ? { type: "text", value: text, autocomplete: "off" } : { rows: 2 }) });
  made.value = text;
  field(made, () => text, (typed) => described(mark, name, name === "tags" ? typed.split(",").map((tag) => tag.trim()).filter(Boolean) : typed));
  return h("label", { class: name }, h("span", {}, label), made);
};
const markCard = (mark) => {
  const box = h("input", { type: "checkbox", "aria-label": `Choose ${mark.name || KINDS[mark.kind]}`, on: { change: (event) => { chosen[event.target.checked ? "add" : "delete"](mark.id); tally(); } } });
  box.checked = chosen.has(mark.id);
  const titles = [...new Set(mark.places.map((place) => place.title))].join(" · ");
  return h("li", { "data-mark": mark.id },
    h("label", { class: "choose" }, box),
    h("div", { class: "pictures" }, mark.places.length ? mark.places.slice(0, 4).map(crop) : h("span", { class: "words" }, "words")),
    h("div", { class: "said" },
      h("p", { class: "title" }, titles || "A search with words"), h("p", { class: "by" }, [KINDS[mark.kind], mark.places.length === 1 && byline(mark.places[0])].filter(Boolean).join(" · ")),
      mark.said.map((sentence) => h("p", { class: "by" }, sentence)),
      h("p", { class: "by" }, [mark.who !== "anonymous" && mark.who, window.Explorer.day(mark.made)].filter(Boolean).join(", ")),
      h("p", { class: "links" }, h("a", { href: link(mark) }, "Open"))),
    h("div", { class: "fields" }, input(mark, "name", "Name"), input(mark, "tags", "Tags"), input(mark, "note", "Note", "textarea")));
};
const paintMarks = () => {
  const focused = document.activeElement?.closest?.(".marks [data-mark]")?.dataset.mark, label = document.activeElement?.closest?.("label")?.className;
  list.replaceChildren(...now.marks.map(markCard));
  if (focused && label) list.querySelector(`[data-mark="${CSS.escape(focused)}"] label.${label} :is(input, textarea)`)?.focus();
};
const into = $(".into");
const tally = () => {
  $(".chosen").hidden = !chosen.size;
  $(".chosen .count").textContent = `${counted(chosen.size, "bookmark")} chosen`;
  $("[data-do=take-out]").hidden = !now.set;
  const others = now.sets.filter((set) => set.id !== now.set);
  into.replaceChildren(h("option", { value: "" }, "a set …"), ...others.map((set) => h("option", { value: set.id }, set.name)), h("option", { value: "+" }, "a new set …"));
};
into.addEventListener("change", async () => {
  const target = into.value;
  if (target === "+") return newSet();
  const set = now.sets.find((each) => each.id === target);
  if (set) await change("put", { into: target, marks: [...chosen] }, `Put into “${set.name}”: ${counted(chosen.size, "bookmark")}.`);
});
