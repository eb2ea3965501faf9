import ts from 'typescript';

/** A text of the program that somebody may read. */
export interface VisibleString {
  /** Counted from 1. */
  readonly line: number;
  /** With `…` for each value that the program fills in; white space is one space. */
  readonly text: string;
}

// A text for people has two words. SQL, styles and the headers of HTTP have too.
const WORDS = /\p{L}{2,}[^\p{L}]*\s[^\p{L}]*\p{L}/u;
const SQL =
  /\b(?:SELECT|INSERT INTO|UPDATE \w+ SET|DELETE FROM|JOIN|PRAGMA|LANGUAGE plpgsql)\b|\b(?:BEGIN|COMMIT|ROLLBACK|CREATE|ALTER|DROP) [A-Z]|^\s*\w+\.\w+,/;
const STYLE_OR_HEADER = /\{[^}]*[;(][^}]*\}|^[a-z]+\/[a-z-]+;|^[a-z-]+-src /;

/**
 * The texts in a script that somebody may read: log lines, errors, statuses, descriptions of commands, texts of pages.
 * A text of one word is not among them, and one that is put together of pieces appears in its pieces.
 */
export function visibleStrings(path: string, script: string): VisibleString[] {
  const source = ts.createSourceFile(path, script, ts.ScriptTarget.Latest, true);
  const found: VisibleString[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node) || ts.isTypeNode(node)) return;
    const text = textOf(node);
    if (text !== undefined && !SQL.test(text) && !STYLE_OR_HEADER.test(text)) {
      const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1;
      found.push(
        ...pieces(text)
          .filter((piece) => WORDS.test(piece.text))
          .map((piece) => ({ line: line + piece.line, text: piece.text })),
      );
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function textOf(node: ts.Node): string | undefined {
  if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) return node.text;
  if (!ts.isTemplateExpression(node)) return undefined;
  return node.templateSpans.reduce((text, span) => `${text}…${span.literal.text}`, node.head.text);
}

/** A text as it is; one with tags of HTML in its paragraphs, labels and attributes that are shown. */
function pieces(text: string): VisibleString[] {
  const plain = text.replace(/<[a-z/!][^>]*>/gi, (tag) => {
    const shown = [...tag.matchAll(/\b(?:aria-label|alt|placeholder|title)="([^"]*)"/g)].map(
      ([, value]) => value,
    );
    const breaks = '\n'.repeat(tag.split('\n').length - 1);
    return /^<\/?(?:a|b|code|em|strong|span|kbd)\b/i.test(tag) && shown.length === 0
      ? breaks
      : `\u0000${shown.join('\u0000')}${breaks}\u0000`;
  });
  let line = 0;
  return plain.split('\u0000').map((piece) => {
    const leading = /^\s*/.exec(piece)?.[0] ?? '';
    const at = line + leading.split('\n').length - 1;
    line += piece.split('\n').length - 1;
    return { line: at, text: piece.replace(/\s+/g, ' ').trim() };
  });
}
