import { attributeOf, replaceTags, type Tag } from "../texts/tags.ts";

/** A file of a text, as its Markdown names it. */
const FILE = /^files\/([0-9a-f-]{36})\/?$/;

/**
 * The HTML of a section with the addresses of its files. A drawing is loaded when it comes into view;
 * for who saves data it is a link.
 */
export function sectionHtml(contentId: string, html: string, savesData: boolean): string {
  const addressOf = (url: string): string => {
    const file = FILE.exec(url)?.[1];
    return file ? `/bff/api/v1/content/${encodeURIComponent(contentId)}/body/files/${file}/` : url;
  };
  return replaceTags(html, (tag) => {
    if (tag.name === "img") {
      return drawing(addressOf(attributeOf(tag, "src")), attributeOf(tag, "alt"), savesData);
    }
    return tag.name === "a" ? link(tag, addressOf(attributeOf(tag, "href"))) : tag.whole;
  });
}

function drawing(address: string, alt: string, savesData: boolean): string {
  return savesData
    ? `<a href="${address}">${alt}</a>`
    : `<img loading="lazy" src="${address}" alt="${alt}">`;
}

function link(tag: Tag, address: string): string {
  const title = attributeOf(tag, "title");
  return `<a href="${address}"${title && ` title="${title}"`} rel="noopener noreferrer">`;
}

export function countDrawings(html: string): number {
  let count = 0;
  replaceTags(html, ({ name, whole }) => {
    count += name === "img" ? 1 : 0;
    return whole;
  });
  return count;
}
