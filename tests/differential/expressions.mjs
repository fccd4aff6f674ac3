// Random expressions over random contexts, and what GitHub's own evaluator makes of them.
import {data, Evaluator, Lexer, Parser} from '@actions/expressions';
import {truthy} from '@actions/expressions/result';

const {reviver, replacer} = data;

const kTexts = ["", "main", "MAIN", "refs/heads/main", "refs/heads/", "0", "1", "-1", " 7 ", "0x1F", "0o17", "1e3", ".5",
  "1.", "true", "false", "null", "Infinity", "-Infinity", "NaN", "a_b", "aXb", "it's", "{0}", "{1}-{0}", "{{x}}", "{", "}", "{9}", "[1,2]",
  "{\"a\":1}", "\"s\"", "été", "日本", "a b", "prod", "non-prod", "x,y", "1_000", "\t", "1e999", "-0"];
const kNumbers = [0, 1, -1, 2, 7, 31, 1.5, 0.1, 1e21, 1e-7, 123456789.125, -0.5, 15, 3];
const kNames = ["a", "b", "ref", "Name", "x-y", "_z", "outputs", "result"];
const kContexts = ["github", "inputs", "vars", "env", "needs", "matrix", "steps"];
const kFunctions = [["contains", 2], ["startsWith", 2], ["endsWith", 2], ["join", 2], ["join", 1], ["format", 1], ["format", 3], ["toJSON", 1],
  ["fromJSON", 1], ["case", 3], ["case", 5], ["success", 0], ["failure", 0], ["always", 0], ["cancelled", 0]];

function pick(r, list) {
  return list[r(list.length)];
}

function random_value(r, depth) {
  const kind = r(depth > 0 ? 8 : 5);
  if (kind === 0) return null;
  if (kind === 1) return r(2) === 0;
  if (kind === 2) return pick(r, kNumbers);
  if (kind < 5) return pick(r, kTexts);
  if (kind === 5) return Array.from({length: r(4)}, () => random_value(r, depth - 1));
  const object = {};
  for (let i = r(5); i > 0; --i) object[pick(r, kNames)] = random_value(r, depth - 1);
  return object;
}

export function random_contexts(r) {
  return Object.fromEntries(kContexts.map((name) => [name, r(6) === 0 ? random_value(r, 1) : Object.fromEntries(
      kNames.filter(() => r(3) > 0).map((member) => [member, random_value(r, 3)]))]));
}

function random_case(r, name) {
  return r(4) === 0 ? name.toUpperCase() : name;
}

function literal(r) {
  switch (r(6)) {
    case 0: return pick(r, ["true", "false", "null", "NaN", "Infinity"]);
    case 1: return pick(r, ["0", "1", "-1", "+2", ".5", "1.", "0x1F", "0o17", "1e3", "1.5", "-0", "31", "1e400"]);
    default: return "'" + pick(r, kTexts).replace("'", "''") + "'";
  }
}

function access(r, depth) {
  let text = random_case(r, pick(r, kContexts));
  for (let i = r(5); i > 0; --i) {
    switch (r(7)) {
      case 0: text += pick(r, [".*", "[*]"]); break;
      case 1: text += "[" + random_expression(r, depth - 1) + "]"; break;
      case 2: text += "['" + pick(r, kNames) + "']"; break;
      case 3: text += "[" + r(3) + "]"; break;
      default: text += pick(r, [".", ".", " . "]) + random_case(r, pick(r, kNames));
    }
  }
  return text;
}

function call(r, depth) {
  const [name, count] = pick(r, kFunctions);
  if (name === "case") {
    const pairs = Array.from({length: count}, (_, i) => i % 2 === 0 && i + 1 < count && r(5) > 0 ?
      pick(r, ["true", "false", "(" + random_expression(r, depth - 1) + ") == " + literal(r)]) : random_expression(r, depth - 1));
    return `case(${pairs.join(", ")})`;
  }
  const args = Array.from({length: count}, () => random_expression(r, depth - 1));
  if (name === "format" && r(3) > 0) args[0] = pick(r, ["'{0}-{1}'", "'{0}'", "'{{{0}}}'", "'a{1:x}b'", "'{0'"]);
  if (name === "fromJSON" && r(3) > 0) {
    args[0] = pick(r, ["'[1,2,\"a\"]'", "'{\"a\":{\"b\":[1]}}'", "'1.50'", "' true '", "'null'", "'\"x\"'", "toJSON(github)", "'[]'"]);
  }
  return `${random_case(r, name)}(${args.join(pick(r, [",", ", "]))})`;
}

const kOperators = ["==", "!=", "<", "<=", ">", ">=", "&&", "||"];

export function random_expression(r, depth) {
  if (depth <= 0) return r(2) === 0 ? literal(r) : access(r, 0);
  switch (r(9)) {
    case 0: return literal(r);
    case 1: case 2: return access(r, depth);
    case 3: return "!" + random_expression(r, depth - 1);
    case 4: return "(" + random_expression(r, depth - 1) + ")" + pick(r, ["", "", "", ".a", ".*", "[0]"]);
    case 5: return call(r, depth);
    default: return random_expression(r, depth - 1) + pick(r, [" ", " ", ""]) + pick(r, kOperators) + " " + random_expression(r, depth - 1);
  }
}

/// The expression with one character taken away, doubled or changed.
export function broken(r, expression) {
  const at = r(expression.length + 1);
  const sign = pick(r, [..."()[].,!=&|<>*'+-x1 \"\\$%\n"]);
  switch (r(3)) {
    case 0: return expression.slice(0, at) + expression.slice(at + 1);
    case 1: return expression.slice(0, at) + sign + expression.slice(at);
    default: return expression.slice(0, at) + sign + expression.slice(at + 1);
  }
}

const kKinds = {[data.Kind.String]: "string", [data.Kind.Array]: "array", [data.Kind.Dictionary]: "object",
  [data.Kind.Boolean]: "boolean", [data.Kind.Number]: "number", [data.Kind.Null]: "null"};

function status_functions(status) {
  const answer = (value) => () => new data.BooleanData(value);
  const most = Number.MAX_SAFE_INTEGER;
  return [
    {name: "success", description: "", minArgs: 0, maxArgs: most, call: answer(status === "success")},
    {name: "failure", description: "", minArgs: 0, maxArgs: most, call: answer(status === "failure")},
    {name: "always", description: "", minArgs: 0, maxArgs: 0, call: answer(true)},
    {name: "cancelled", description: "", minArgs: 0, maxArgs: 0, call: answer(status === "cancelled")},
  ];
}

const kAllContexts = [...kContexts, "secrets", "job", "runner", "strategy", "jobs"];

/// What GitHub's evaluator says, in the words of `muster workflow eval`.
export function oracle({expression, contexts, status}) {
  const functions = status_functions(status);
  let tree;
  try {
    tree = new Parser(new Lexer(expression).lex().tokens, kAllContexts, functions).parse();
    if (tree === undefined) return {invalid: "empty"};
  } catch (error) {
    return {invalid: error.message};
  }
  try {
    const all = {...Object.fromEntries(kAllContexts.map((name) => [name, null])), ...contexts};
    const dictionary = JSON.parse(JSON.stringify(all), reviver);
    const value = new Evaluator(tree, dictionary, new Map(functions.map((one) => [one.name, one]))).evaluate();
    return {type: kKinds[value.kind], text: value.coerceString(), json: JSON.stringify(value, replacer, "  "),
      truthy: truthy(value)};
  } catch (error) {
    return {error: error.message};
  }
}
