"use client";
/** Markdown as people write it in cells. No HTML passes through, links leave the page safely. Formulas and diagrams come after. */
import MarkdownIt from "markdown-it";
import { memo, useEffect, useMemo, useRef } from "react";
import styles from "./displays.module.css";
import { markdownMath } from "./markdown-math";
import { drawRich, isRich } from "./rich-markdown";

const markdown = new MarkdownIt({ html: false, linkify: true, typographer: false }).use(markdownMath);
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
  const html = useMemo(() => markdown.render(text), [text]);
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current;
    if (!element || !isRich(html)) return;
    let stale = false;
    // What was drawn belongs to another text: begin with this one's.
    element.innerHTML = html;
    void drawRich(element, () => stale);
    return () => {
      stale = true;
    };
  }, [html]);
  return <div ref={host} className={styles.markdown} dangerouslySetInnerHTML={{ __html: html }} />;
});
