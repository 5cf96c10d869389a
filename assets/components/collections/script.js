const { h } = window.Explorer;
const COLUMNS = ["Collection", "Works", "Model", "Indexed (UTC)", "Disk used"];
const link = ({ name, address, here }) => here
  ? h("span", { class: "name", "aria-current": "true" }, name, h("span", { class: "open" }, "open here"))
  : h("a", { class: "name", href: address ? `?collection=${encodeURIComponent(address)}` : "?" }, name);
const row = (each) => h("tr", { class: each.here ? "here" : null },
  h("th", { scope: "row" }, each.trouble ? h("span", { class: "name" }, each.name) : link(each)),
  h("td", { class: "number" }, each.works?.toLocaleString("en") ?? ""),
  each.trouble ? h("td", { class: "trouble", colspan: 2 }, each.trouble) : [h("td", {}, each.model), h("td", {}, each.indexed)],
  h("td", { class: "number" }, each.disk || ""));
const show = () => {
  const { collections } = props.value || {};
  if (!collections) return;
  element.querySelector(".table").replaceChildren(h("table", {},
    h("thead", {}, h("tr", {}, COLUMNS.map((name, index) => h("th", { scope: "col", class: index === 1 || index === 4 ? "number" : null }, name)))),
    h("tbody", {}, collections.map(row))));
};
watch("value", show);
show();
