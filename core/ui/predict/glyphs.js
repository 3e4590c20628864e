// A row of letters to pick from, drawn from their strokes: many machines have no font for them.
export default function ({ data, parentElement, setTriggerValue }) {
  const row = parentElement.querySelector(".glyphs");
  row.replaceChildren(
    ...data.glyphs.map(({ path, color, label }, place) => {
      const button = document.createElement("button");
      button.type = "button";
      button.title = label;
      button.setAttribute("aria-label", `${data.does} ${label}`);
      button.innerHTML =
        `<svg viewBox="0 0 ${data.side} ${data.side}" aria-hidden="true">` +
        `<path d="${path}" stroke="${color}"/></svg>`;
      button.addEventListener("click", () => setTriggerValue("picked", place));
      return button;
    }),
  );
}
