// Differences between muster and @actions/workflow-parser that are meant: docs/decisions/0006-differences-from-actions-packages.md.

/** The documented reason for a difference, or null. */
export function known_difference(found, mine, other, content) {
  const message = String(mine.error ?? other.error ?? '');
  const rows = [
    ['muster refuses', /has no steps/, 'a job without steps'],
    ['muster refuses', /stands twice in this job/, 'step ids that differ in case alone'],
    ['muster accepts', /Unexpected type 'BasicExpressionToken'/, 'an expression in place of a mapping'],
    ['muster refuses', /cannot stand together/, 'a filter and its `-ignore` twin'],
  ];
  if (found === 'muster refuses' && content.includes("'''") && /did not find expected/.test(message)) {
    return 'a quote that closes on a later line';
  }
  const row = rows.find(([kind, sign]) => kind === found && sign.test(message));
  return row ? row[2] : null;
}
