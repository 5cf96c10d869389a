// Facets of the catalogue: what is chosen, with a way to take it back, and what can be chosen. Two parts of the page
// show them; each keeps which of them are open.
(() => {
  const { h } = window.Explorer;
  const FEW = 8; // values of a facet in sight before all are asked for
  const SEARCHED = 14; // from so many on, they can be searched

  // Puts facets into `host`; `change` is given the limits that are chosen then. Returns what shows the catalogue's.
  window.Explorer.facets = (host, change) => {
    const open = new Set(), all = new Set(), typed = new Map();
    const chips = h("div", { class: "chips", role: "group", "aria-label": "Chosen" });
    const panel = h("div", { class: "panel" });
    const choose = h("details", { class: "choose" }, h("summary", { title: "The list and all searches then keep to the works that are chosen" }, "Limit to …"), panel);
    host.classList.add("facets");
    host.replaceChildren(chips, choose);
    let value = {};
    const limits = () => value.limits || [];
    const without = (limit) => limits().filter((other) => other !== limit);

    const chip = ({ limit, words }) => h("button", { type: "button", class: "chip", "data-limit": limit, title: `Take back ${words}`, "aria-label": `Take back ${words}`, on: { click: () => change(without(limit)) } },
      h("span", {}, words), h("span", { class: "cross", "aria-hidden": "true" }, "×"));

    const option = (facet, [text, count, on]) => {
      const limit = `${facet.column}:${text}`;
      const box = h("input", { type: "checkbox", "data-limit": limit, checked: on });
      box.addEventListener("change", () => change(box.checked ? [...limits(), limit] : without(limit)));
      return h("li", {}, h("label", { title: text || "not stated" }, box, h("span", { class: text ? "value" : "value none" }, text || "not stated"), h("span", { class: "n" }, count.toLocaleString("en"))));
    };
    const values = (facet) => {
      const wanted = (typed.get(facet.column) || "").toLocaleLowerCase();
      const fits = facet.values.filter(([text]) => (text || "not stated").toLocaleLowerCase().includes(wanted));
      const shown = wanted || all.has(facet.column) ? fits : fits.filter(([, , on], index) => index < FEW || on);
      const more = fits.length - shown.length;
      return [h("ul", {}, shown.map((entry) => option(facet, entry))),
        more ? h("button", { type: "button", class: "more", on: { click: () => { all.add(facet.column); draw(); } } }, `all ${fits.length.toLocaleString("en")}`) : null,
        fits.length ? null : h("p", { class: "none" }, "none")].filter(Boolean);
    };
    const group = (name, title, chosen, ...inside) => {
      const made = h("details", { class: "facet", "data-facet": name, open: open.has(name) },
        h("summary", {}, title, chosen ? h("span", { class: "n chosen" }, chosen) : null), ...inside);
      made.addEventListener("toggle", () => { open[made.open ? "add" : "delete"](name); });
      return made;
    };
    const column = (facet) => {
      const listed = h("div", { class: "values" }, values(facet));
      const field = facet.values.length < SEARCHED ? null : h("input", { type: "search", class: "among", placeholder: `search ${facet.values.length.toLocaleString("en")}`, "aria-label": `Search the values of ${facet.name}`, value: typed.get(facet.column), "data-limit": `?${facet.column}`, on: {
        input: (event) => { typed.set(facet.column, event.target.value); listed.replaceChildren(...values(facet)); },
      } });
      return group(facet.column, facet.name, facet.values.filter(([, , on]) => on).length, field, listed);
    };
    const years = ({ first, last, step, bars, from, to }) => {
      const most = Math.max(...bars, 1), said = (start) => step > 1 ? `${start} to ${Math.min(start + step - 1, last)}` : String(start);
      const inside = (start) => (from === null || start + step > from) && (to === null || start <= to);
      const field = (name, year, outer) => h("input", { type: "number", "data-limit": `years ${name}`, "aria-label": `Dated ${name}`, placeholder: outer, value: year, min: first, max: last, on: { change: set } });
      const columns = bars.map((count, index) => h("button", { type: "button", class: inside(first + index * step) ? "bar" : "bar out", title: `${said(first + index * step)}: ${count.toLocaleString("en")}`, "aria-label": `Dated ${said(first + index * step)}: ${count} works`, on: { click: () => write(first + index * step, Math.min(first + (index + 1) * step - 1, last)) } },
        h("span", { style: { height: `${100 * count / most}%` } })));
      return group("years", "Dated", from !== null || to !== null ? 1 : 0,
        h("div", { class: "bars", role: "group", "aria-label": "Works by their years" }, columns),
        h("div", { class: "years" }, field("from", from, first), h("span", {}, "to"), field("to", to, last)));
    };
    const write = (from, to) => change([...limits().filter((limit) => !/^years:(-?\d{1,4})?\.\.(-?\d{1,4})?$/.test(limit)), ...(from === "" && to === "" ? [] : [`years:${from}..${to}`])]);
    const set = () => {
      const [from, to] = ["from", "to"].map((name) => panel.querySelector(`[data-limit="years ${name}"]`).value.trim());
      if (from !== "" && to !== "" && Number(from) > Number(to)) return write(to, from);
      write(from, to);
    };

    const draw = () => {
      const at = panel.contains(document.activeElement) && document.activeElement.dataset.limit;
      const chosen = value.chosen || [];
      chips.replaceChildren(...chosen.map(chip), chosen.length > 1 ? h("button", { type: "button", class: "clear", on: { click: () => change([]) } }, "Take all back") : "");
      chips.hidden = !chosen.length;
      const scrolled = panel.scrollTop;
      panel.replaceChildren(...(value.years ? [years(value.years)] : []), ...(value.facets || []).map(column));
      panel.scrollTop = scrolled;
      choose.hidden = !panel.children.length;
      if (at) [...panel.querySelectorAll("[data-limit]")].find((field) => field.dataset.limit === at)?.focus();
    };
    const show = (next) => { value = next || {}; draw(); };
    show.open = () => { choose.open = true; choose.querySelector("summary").focus(); };
    return show;
  };
})();
