const { h, picture, byline } = window.Explorer;
const groups = element.querySelector(".groups");
const FEW = 24;

const detail = (scores) => scores.map(({ label, score }) => `${label}: ${score.toFixed(2)}`).join("\n");
const item = (work) => h("li", {},
  h("button", { type: "button", "data-work": work.work, title: `${work.title}\n${detail(work.scores)}` },
    h("span", { class: "frame" }, picture(server, work.work)),
    h("span", { class: "words" },
      h("span", { class: "title" }, work.title),
      h("span", { class: "by" }, byline(work)),
      h("span", { class: "score" }, work.score.toFixed(2)))));
const group = (entry) => {
  const list = h("ul", {}, entry.works.slice(0, FEW).map(item));
  const rest = entry.works.length - FEW;
  const more = rest > 0 && h("button", {
    type: "button", class: "more", on: { click: () => { list.append(...entry.works.slice(FEW).map(item)); more.remove(); } },
  }, `Show ${rest.toLocaleString("en")} more`);
  return h("section", { class: "group" },
    h("h3", { title: entry.label }, entry.label || "No label fits", h("small", {}, entry.works.length === 1 ? "1 work" : `${entry.works.length.toLocaleString("en")} works`)),
    entry.works.length ? list : h("p", { class: "none" }, "No work fits this label best."), more);
};
const show = () => {
  const value = props.value || {};
  element.querySelector(".message").textContent = value.message || "";
  groups.replaceChildren(...(value.groups || []).map(group));
};
groups.addEventListener("click", (event) => {
  const button = event.target.closest("[data-work]");
  if (button) trigger("choose", { work: button.dataset.work });
});
watch("value", show);
show();
