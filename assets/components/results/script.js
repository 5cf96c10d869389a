const { h, picture, mark, whole, byline } = window.Explorer;
const list = element.querySelector(".cards");
const form = element.querySelector(".wishes");

// A square frame that shows all of a picture, with marks that stay on it.
const framed = (image, aspect, box) => {
  const sheet = h("span", { class: "sheet" }, image, whole(box) ? null : mark(box));
  const shape = (ratio) => Object.assign(sheet.style, ratio >= 1
    ? { width: "100%", height: 100 / ratio + "%" } : { width: 100 * ratio + "%", height: "100%" });
  shape(aspect);
  return { sheet, shape };
};
const enlarged = (one) => {
  const place = whole(one.box) ? null : one.box;
  const image = picture(server, one.work, { box: place });
  const { sheet, shape } = framed(image, place ? 1 : one.aspect, null);
  image.addEventListener("picture", (event) => { if (place && event.detail.box) sheet.append(mark(event.detail.box)); }, { once: true });
  image.addEventListener("load", () => shape(image.naturalWidth / image.naturalHeight));
  return h("span", { class: "frame" }, sheet);
};
const card = (one) => {
  const label = `${one.rank}. ${one.title}${byline(one) ? ", " + byline(one) : ""}; similarity ${one.score.toFixed(2)}`;
  const small = framed(picture(server, one.work), one.aspect, one.box).sheet;
  return h("li", { class: "card", "data-work": one.work, "data-box": (one.box || []).join() },
    h("button", { type: "button", class: "follow", "aria-label": `Go on from ${label}`, title: `${one.title}\nGo on from here: search this place` }, enlarged(one)),
    h("div", { class: "said" },
      h("button", { type: "button", class: "look", title: "See the whole work; the results stay", "aria-label": `See the whole of ${one.title}` }, h("span", { class: "whole" }, small)),
      h("div", { class: "words" },
        h("p", { class: "title", title: one.title }, h("span", { class: "rank" }, one.rank), one.title),
        h("p", { class: "by", title: byline(one) }, byline(one)),
        h("p", { class: "score" }, `similarity ${one.score.toFixed(2)}${one.mirrored ? ", mirrored" : ""}`))));
};
const show = () => {
  const value = props.value || {};
  const cards = value.cards || [];
  list.replaceChildren(...cards.map((one, index) => {
    const made = card(one);
    made.one = one;
    return made;
  }));
  element.querySelector("header").hidden = !cards.length;
  element.querySelector(".count").textContent = value.count || "";
  const message = element.querySelector(".message");
  message.textContent = value.message || "";
  message.classList.toggle("trouble", Boolean(value.trouble));
  const wishes = value.wishes || {};
  for (const name of ["top", "per_work"]) {
    const field = form.elements[name], wanted = String(wishes[name] ?? field.value);
    if (![...field.options].some((option) => option.value === wanted)) field.append(h("option", {}, wanted));
    field.value = wanted;
  }
  form.elements.own.checked = Boolean(wishes.own);
  element.querySelector(".results").scrollTop = 0;
};
list.addEventListener("click", (event) => {
  const one = event.target.closest(".card")?.one;
  if (!one) return;
  if (event.target.closest(".follow")) trigger("follow", { kind: "work", key: one.work, box: one.box });
  else if (event.target.closest(".look")) trigger("look", { kind: "work", key: one.work, box: one.box });
});
form.addEventListener("submit", (event) => event.preventDefault());
form.addEventListener("change", () => trigger("wish", {
  top: form.elements.top.value, per_work: form.elements.per_work.value, own: form.elements.own.checked,
}));
watch("value", show);
show();
