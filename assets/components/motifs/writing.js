// -- names and notes: nothing that was typed is lost ------------------------------------------------------------------
// What was refused, because it is too long or because somebody changed the text meanwhile, stays in its field, and what is
// kept stands beside it, until one of the two is chosen.
const LONGEST = { name: 120, note: 4000, "instance note": 4000 };
const refused = new Map(); // what was typed, and why it was not kept, by motif, kind and instance
const textOf = (kind, each) => JSON.stringify([open, kind, each ? key(each) : ""]);

const write = (field, kind, each = null) => {
  const of = textOf(kind, each), text = field.value;
  return change(kind, { ...(each ? at(each) : {}), text, was: field.seen }, "", (answer) => {
    field.seen = text;
    if (answer.error) refused.set(of, { text, why: answer.error });
    else refused.delete(of);
  });
};
// What is kept is shown, unless another text is being typed, or was refused.
const fillText = (field, kind, kept, each = null) => {
  const mine = refused.get(textOf(kind, each));
  if (document.activeElement === field && field.of === open && field.value !== field.seen) return;
  Object.assign(field, { of: open, value: mine ? mine.text : kept, seen: kept });
  tallyText(field, kind, mine && [mine.why, kept && mine.text !== kept && h("span", {}, ` Kept is: “${kept}”.`), " ",
    mine.text.length <= LONGEST[kind] && button("Keep mine", () => write(field, kind, each), { class: "link" }), " ",
    button(kept ? "Take what is kept" : "Empty the field", () => { refused.delete(textOf(kind, each)); fillText(field, kind, kept, each); }, { class: "link" })]);
};
// Under a field: how long the text is, when it comes near what can be kept, and why it was refused.
const tallyText = (field, kind, said = null) => {
  const under = field.closest(".said, label"), long = field.value.length, over = long > LONGEST[kind];
  if (!under.nextElementSibling?.matches(".typed")) under.after(h("p", { class: "typed", role: "status" }));
  const count = long > 0.9 * LONGEST[kind] ? `${number(long)} of ${number(LONGEST[kind])} characters${over ? ": too long to be kept" : ""}. ` : "";
  under.nextElementSibling.replaceChildren(...[count, ...(said || [])].filter(Boolean));
  field.setAttribute("aria-invalid", String(over || Boolean(said)));
};
