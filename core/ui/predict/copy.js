// Puts a text into the clipboard once a press, where the browser lets a page do that.
export default function ({ data, parentElement }) {
  const said = parentElement.querySelector("p");
  if (said.press === data.press) return; // called again, as by another theme
  said.press = data.press;
  const copied = navigator.clipboard?.writeText(data.text) ?? Promise.reject();
  copied.then(
    () => (said.textContent = "Copied."),
    () => (said.textContent = "Copy it from here:")
  );
}
