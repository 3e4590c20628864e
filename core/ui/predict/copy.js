// Puts a text into the clipboard as soon as it is shown, where the browser lets a page do that.
export default function ({ data, parentElement }) {
  const said = parentElement.querySelector("p");
  const copied = navigator.clipboard?.writeText(data.text) ?? Promise.reject();
  copied.then(
    () => (said.textContent = "Copied."),
    () => (said.textContent = "Copy it from here:")
  );
}
