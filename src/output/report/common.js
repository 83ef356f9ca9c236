"use strict";
const make = (tag, text, name) => {
  const element = document.createElement(tag);
  if (text !== undefined) element.textContent = text;
  if (name) element.className = name;
  return element;
};
// A card of a photo: its thumbnail and its path, which lead to the photo where its address is known.
const photoCard = (photo) => {
  const box = make("div", undefined, "card");
  const linked = (...content) => {
    if (!photo.link) return content;
    const link = make("a");
    link.href = photo.link;
    link.append(...content);
    return [link];
  };
  if (photo.thumbnail) {
    const image = make("img");
    image.alt = photo.path;
    image.src = "data:image/jpeg;base64," + photo.thumbnail;
    box.append(...linked(image));
  }
  const path = make("div", undefined, "path");
  path.append(...linked(photo.path));
  box.append(path);
  return box;
};
