// -- how the places that are shown are laid out: their order, families, the contact sheet (follows script.js) ------------
// It changes only where a card stands. What a visitor chooses holds for the session, in both places where results are.
const OWN_OPTIONS = ["sort", "family", "contact"], KEPT = "explorer:results";
const recall = () => {
  let kept = {};
  try { kept = JSON.parse(window.sessionStorage.getItem(KEPT)) || {}; } catch (error) { kept = {}; }
  const sorts = [...form.elements.sort.options].map((option) => option.value);
  form.elements.sort.value = sorts.includes(kept.sort) ? kept.sort : "rank";
  form.elements.family.checked = kept.family === true;
  form.elements.contact.checked = kept.contact === true;
};
const remember = () => {
  const { sort, family, contact } = form.elements;
  try { window.sessionStorage.setItem(KEPT, JSON.stringify({ sort: sort.value, family: family.checked, contact: contact.checked })); } catch (error) { /* then they hold for this answer */ }
};

// Two titles are of one family where only what stands in brackets, case, accents, articles and punctuation differ.
const stem = (title) => title.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase().replace(/[([].*?[)\]]/g, " ")
  .replace(/[^\p{L}\p{N}]+/gu, " ").trim().replace(/^(the|a|an|le|la|les|l|de|het|een|der|die|das|ein|eine) /, "");
const artist = (match) => match.artist || "";
let families = null; // Map from a family's key to its name, where they are asked for
let keyed = () => "";
// Versions of one composition, by the motifs that they share: the number of a work's group, where motifs were found.
let groups = {}, grouped = null; // and the cards that they are of
const group = async () => {
  const cards = all();
  if (grouped === props.value || !cards.length) return;
  grouped = props.value;
  groups = {};
  const found = await server.families(window.Explorer.inCollection({ works: [...new Set(cards.map(({ match }) => match.work))] })).catch(() => ({}));
  if (grouped !== props.value || !Object.keys(found).length) return;
  groups = found;
  settle();
};
const meet = (cards) => {
  const counted = (key) => {
    const works = new Map();
    for (const { match } of cards) if (key(match)) works.set(key(match), (works.get(key(match)) || new Set()).add(match.work));
    return new Set([...works].filter(([, of]) => of.size > 1).map(([name]) => name));
  };
  const version = (match) => (groups[match.work] ? `version ${groups[match.work]}` : "");
  const versions = counted(version), titles = counted((match) => stem(match.title)), byTitle = titles.size > 0;
  const common = byTitle ? titles : versions.size ? new Set() : counted(artist);
  keyed = (match) => {
    if (versions.has(version(match))) return version(match);
    const key = byTitle ? stem(match.title) : artist(match);
    return common.has(key) ? key : "";
  };
  families = new Map();
  for (const { match } of cards) if (keyed(match) && !families.has(keyed(match))) families.set(keyed(match), byTitle || versions.size ? match.title.replace(/\s*[([].*?[)\]]\s*/g, " ").trim() || match.title : match.artist);
  $(".grouped").textContent = versions.size ? `Versions of one composition, by the motifs that they share, stand together${byTitle ? ", then works of the same title" : ""}.`
    : byTitle ? "Works of the same title stand together: they are often versions of one composition."
    : common.size ? "No two of these works have the same title: those of one artist stand together."
      : "No two of these works have the same title or artist.";
};

const ORDERS = {
  rank: (one, other) => one.rank - other.rank,
  date: (one, other) => (one.year ?? Infinity) - (other.year ?? Infinity) || 0, // undated ones last
  artist: (one, other) => (artist(one) ? 0 : 1) - (artist(other) ? 0 : 1) || artist(one).localeCompare(artist(other)),
  title: (one, other) => stem(one.title).localeCompare(stem(other.title)),
};
const arrange = () => {
  const order = ORDERS[form.elements.sort.value] || ORDERS.rank, cards = all();
  const compared = (one, other) => { const by = order(one.match, other.match); return by || ORDERS.rank(one.match, other.match); };
  cards.sort(compared);
  families = null;
  $(".grouped").textContent = "";
  if (form.elements.family.checked && cards.length) {
    group();
    meet(cards);
    const first = new Map(); // a family stands where the first of it would stand; those of no family come after
    cards.forEach((made, index) => { const key = keyed(made.match); if (key && !first.has(key)) first.set(key, index); });
    const at = (made) => first.get(keyed(made.match)) ?? Infinity;
    cards.sort((one, other) => (at(one) === at(other) ? 0 : at(one) - at(other)) || compared(one, other));
  }
  list.replaceChildren(...cards);
  list.classList.toggle("contact", form.elements.contact.checked);
  cards.forEach(leads);
  unusual();
};
// A heading over each family that has a card in sight.
const headings = () => {
  for (const heading of list.querySelectorAll(".family")) heading.remove();
  if (!families?.size) return;
  const members = new Map();
  for (const made of all()) if (!made.hidden) members.set(keyed(made.match), [...(members.get(keyed(made.match)) || []), made]);
  for (const [key, cards] of members) cards[0].before(h("li", { class: "family" }, families.get(key) || "Others", h("span", { class: "of" }, cards.length)));
};
const settle = () => {
  arrange();
  fold();
  from = -1;
  tally();
};
const rearrange = () => {
  remember();
  settle();
};

// What is not as usual, in a line beside the button.
const USUAL = { top: "20", per_work: "1", least: "0" };
const unusual = () => {
  const { top, per_work, least, own, learn, sort, family, contact } = form.elements;
  const offered = (field) => !field.closest("label").hidden;
  const said = [
    top.value !== USUAL.top && `${top.value} shown`, offered(per_work) && per_work.value !== USUAL.per_work && `${per_work.value} per work`,
    offered(least) && least.value !== USUAL.least && `below ${least.value} % hidden`, offered(own) && own.checked && "own repeats", offered(learn) && learn.checked && "learning",
    sort.value !== "rank" && `by ${sort.value}`, family.checked && "by family", contact.checked && "contact sheet",
  ].filter(Boolean).join(", ");
  $(".unusual").textContent = said;
  $(".unusual").title = said;
};
