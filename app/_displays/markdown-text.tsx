"use client";
/** Markdown as people write it in cells. No HTML passes through, links leave the page safely. */
import MarkdownIt from "markdown-it";
import { memo } from "react";
import styles from "./displays.module.css";

const markdown = new MarkdownIt({ html: false, linkify: true, typographer: false });
const renderLink = markdown.renderer.rules.link_open ?? ((tokens, index, options, _env, self) => self.renderToken(tokens, index, options));
markdown.renderer.rules.link_open = (tokens, index, options, env, self) => {
  const token = tokens[index];
  if (token && !String(token.attrGet("href")).startsWith("#")) {
    token.attrSet("target", "_blank");
    token.attrSet("rel", "noopener noreferrer");
  }
  return renderLink(tokens, index, options, env, self);
};

export const MarkdownText = memo(function MarkdownText({ text }: { readonly text: string }) {
  return <div className={styles.markdown} dangerouslySetInnerHTML={{ __html: markdown.render(text) }} />;
});
