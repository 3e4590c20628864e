// A picture from the clipboard: by the button where the browser lets a page ask, else by Ctrl+V.
export default function ({ data, parentElement, setStateValue }) {
  const button = parentElement.querySelector("button");
  const said = parentElement.querySelector("p");
  const say = (text) => (said.textContent = text);

  const take = async (blob) => {
    try {
      setStateValue("picture", await shrunk(blob, data.side));
      say("");
    } catch {
      say("What is in the clipboard is no picture that this browser can read.");
    }
  };
  const pasted = (event) => {
    const file = [...(event.clipboardData?.files ?? [])].find((each) => each.type.startsWith("image/"));
    if (!file) return;
    event.preventDefault();
    take(file);
  };
  const asked = async () => {
    try {
      for (const item of await navigator.clipboard.read()) {
        const type = item.types.find((each) => each.startsWith("image/"));
        if (type) return take(await item.getType(type));
      }
      say("There is no picture in the clipboard: copy one first.");
    } catch {
      say("The browser did not let the page look: press Ctrl+V, or ⌘V, instead.");
    }
  };

  // Only pages from this machine or over https may ask for the clipboard.
  button.hidden = !navigator.clipboard?.read;
  button.onclick = asked;
  button.deafen?.(); // called again, as by another theme, without the end of the last time
  document.addEventListener("paste", pasted);
  button.deafen = () => document.removeEventListener("paste", pasted);
  return () => button.deafen();
}

// No more pixels than are of use, as the PNG of a data URL.
async function shrunk(blob, side) {
  const picture = await createImageBitmap(blob);
  const scale = Math.min(1, side / Math.max(picture.width, picture.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(picture.width * scale));
  canvas.height = Math.max(1, Math.round(picture.height * scale));
  const brush = canvas.getContext("2d");
  brush.imageSmoothingQuality = "high";
  brush.drawImage(picture, 0, 0, canvas.width, canvas.height);
  return canvas.toDataURL("image/png");
}
