const { h, picture, whole } = window.Explorer;
const $ = (selector) => element.querySelector(selector);
const words = $(".words"), order = $(".order input");
const WORDS = { also: "and", like: "like", unlike: "not" };
const MEANS = { also: "must be there too", like: "an example of what is wanted", unlike: "not wanted" };
let adding = "";

const crop = (detail) => {
  if (!detail.work && !detail.url) return null;
  if (detail.kind !== "picture") return picture(server, detail.work, { box: whole(detail.box) ? null : detail.box });
  const [x0, y0, x1, y1] = (detail.box || [0, 0, 1, 1]).map((side) => 100 * side);
  return h("img", { src: detail.url, alt: "", draggable: "false", class: "ready", style: { objectViewBox: `inset(${y0}% ${100 - x1}% ${100 - y1}% ${x0}%)` } });
};
const part = (detail) => h("li", { class: detail.role || "main" },
  detail.role ? h("span", { class: "word" }, WORDS[detail.role]) : null,
  h("span", { class: "crop", title: `${detail.title}\n${detail.role ? MEANS[detail.role] : "what is looked for"}` }, crop(detail),
    detail.role ? h("button", { type: "button", "data-index": detail.index, title: "Take away", "aria-label": `Take away: ${MEANS[detail.role]}, a detail of ${detail.title}` }, "×") : null));
const show = () => {
  const { main, others = [], words: said = "", together, layout } = props.value || {};
  $(".tray").hidden = !main;
  if (!main) return arm("");
  $(".parts").replaceChildren(part(main), ...others.map(part));
  words.value = said;
  $(".order").hidden = !together;
  order.checked = Boolean(layout);
  $(".only").hidden = !others.length && !said;
};

// -- what the next click in a picture adds: the viewer is told, and tells when it is done ------------------------
const armed = (role) => {
  adding = role;
  for (const button of element.querySelectorAll("[data-role]")) button.setAttribute("aria-pressed", String(button.dataset.role === role));
};
const arm = (role) => {
  if (role !== adding) document.dispatchEvent(new CustomEvent("explorer:adding", { detail: { role } }));
};
document.addEventListener("explorer:adding", (event) => armed(event.detail.role));
$(".adding").addEventListener("click", (event) => {
  const button = event.target.closest("[data-role]");
  if (button) arm(button.dataset.role === adding ? "" : button.dataset.role);
});
element.addEventListener("keydown", (event) => { if (event.key === "Escape") arm(""); });

// -- changes ----------------------------------------------------------------------------------------------------
$(".parts").addEventListener("click", (event) => {
  const button = event.target.closest("[data-index]");
  if (button) trigger("take", { index: Number(button.dataset.index), at: window.Explorer.asked() });
});
const describe = () => {
  if (words.value.trim() !== (props.value?.words || "")) trigger("describe", { words: words.value, at: window.Explorer.asked() });
};
words.addEventListener("change", describe);
words.addEventListener("keydown", (event) => { if (event.key === "Enter") describe(); });
order.addEventListener("change", () => trigger("order", { layout: order.checked, at: window.Explorer.asked() }));
$(".only").addEventListener("click", () => trigger("only", { at: window.Explorer.asked() }));
watch("value", show);
show();
