// What the parts that show motifs share (follows dom.js, whose names it uses): an instance laid in the pose that all of
// its motif share, and what a motif is called.
(() => {
  const { h, picture } = window.Explorer;
  const number = (count) => count.toLocaleString("en");
  const counted = (count, one, many = `${one}s`) => `${number(count)} ${count === 1 ? one : many}`;
  const called = (motif) => motif.name || (motif.like ? `As in ${motif.like}, ${motif.where}` : "Unnamed");
  const facts = (motif) => [
    !motif.size ? "no instances left" : motif.works === motif.size ? counted(motif.works, "work") : `${counted(motif.size, "instance")} in ${counted(motif.works, "work")}`, motif.percent, motif.years,
  ].filter(Boolean);
  // A crop has room around its box: the middle of the box comes to the middle of the tile, then it is turned about it.
  const laid = (each, inside) => ({
    width: each.share / (inside[2] - inside[0]), x: (inside[0] + inside[2]) / 2, y: (inside[1] + inside[3]) / 2,
  });
  const tile = (server, each, aspect) => {
    const frame = h("span", { class: "tile", style: { aspectRatio: String(aspect) } });
    if (!each.box) return frame;
    const image = picture(server, each.work, { box: each.box });
    image.addEventListener("picture", (event) => {
      const { width, x, y } = laid(each, event.detail.box);
      Object.assign(image.style, {
        width: `${100 * width}%`, left: "50%", top: "50%", transformOrigin: `${100 * x}% ${100 * y}%`,
        transform: `translate(${-100 * x}%, ${-100 * y}%) scaleX(${each.mirror ? -1 : 1}) rotate(${each.turn}deg)`,
      });
    });
    frame.append(image);
    return frame;
  };
  const small = (server, motif) => h("span", { class: "small" }, motif.tiles[0] && tile(server, motif.tiles[0], motif.aspect));
  // A motif to choose: its first tile, what it is called, its figures.
  const choice = (server, motif, attributes = {}) => h("button", { type: "button", class: "motif", "data-motif": motif.id, ...attributes },
    small(server, motif), h("span", { class: "words" }, h("span", { class: "title" }, called(motif)),
      h("span", { class: "by" }, [...facts(motif), motif.kept && "kept"].filter(Boolean).join(" · "))));
  // Whose changes are: the name that a visitor gave, kept by the browser.
  const who = () => window.localStorage?.getItem("explorer.who") || "";
  window.Explorer.motifs = { number, counted, called, facts, laid, tile, choice, who };
})();
