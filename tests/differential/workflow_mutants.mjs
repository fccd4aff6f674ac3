// Workflow files with one thing changed: a key, a value, a line.
import yaml from 'js-yaml';

const kValues = [null, true, false, 0, 1, 30, 1.5, '', 'x', 'yes', '30', 'read', 'write', 'none', 'read-all', 'inherit', 'max', 'push',
  [], {}, ['a'], [''], [null], { a: 1 }, { a: 'b', A: 'c' }, [{ a: 1 }], '${{ github.ref }}', '${{ secrets.X }}', '${{ env.X }}', '${{ matrix.x }} y',
  '${{ needs.build.outputs.x }}', '${{ inputs.x }}', '${{ vars.X || \'a\' }}', '${{ steps.a.outputs.b }}', '${{ runner.os }}', '${{', '${{ }}', '${{ foo }}',
  '${{ hashFiles(\'x\') }}', '${{ fromJSON(inputs.x) }}', '${{ \'text\' }}', '${{ insert }}', 'always()', 'github.ref == \'x\'', 'failure() || x', '!cancelled()',
  'success(\'a\')', 'contains(github.ref, \'a\') && true', '${{ always() }} && x', '${{ github.ref == \'x\' }} ', '${{ failure() }}', 'needs.a.result == \'success\'',
  '0 5 * * *', '* * * *', { group: 'a' }, { group: 'a', 'cancel-in-progress': true, queue: 'max' }, { name: 'prod', url: 'https://x' }, { image: 'a' },
  { branches: ['main'] }, { types: ['opened'] }, { types: 'nothing' }, { x: { type: 'choice' } }, { x: { type: 'boolean', default: 'a' } }];
const kKeys = ['on', 'jobs', 'name', 'run-name', 'env', 'permissions', 'defaults', 'concurrency', 'needs', 'if', 'runs-on', 'strategy', 'matrix', 'include',
  'timeout-minutes', 'cancel-timeout-minutes', 'continue-on-error', 'container', 'services', 'environment', 'outputs', 'steps', 'uses', 'with', 'secrets', 'run',
  'id', 'shell', 'working-directory', 'background', 'wait', 'wait-all', 'cancel', 'parallel', 'snapshot', 'inputs', 'type', 'required', 'default', 'options',
  'description', 'branches', 'branches-ignore', 'tags', 'paths', 'types', 'cron', 'timezone', 'workflows', 'push', 'pull_request', 'schedule', 'workflow_dispatch',
  'workflow_call', 'workflow_run', 'id-token', 'contents', 'models', 'group', 'queue', 'fail-fast', 'max-parallel', 'image', 'ports', 'unknown', 'Name', '${{ x }}'];
const kIds = ['a', 'build', '_x', '-x', '1a', 'a.b', '__a', 'deploy', 'x'.repeat(100), ''];

/** Every mapping and list of a document, with what holds it. */
function places(node, all = []) {
  if (node !== null && typeof node === 'object') {
    for (const key of Object.keys(node)) {
      all.push({ holder: node, key });
      places(node[key], all);
    }
  }
  return all;
}

function rename(holder, key, name) {
  if (holder === null || typeof holder !== 'object' || Array.isArray(holder) || name in holder) {
    return;
  }
  const entries = Object.entries(holder).map(([old, value]) => [old === key ? name : old, value]);
  for (const old of Object.keys(holder)) delete holder[old];
  for (const [old, value] of entries) holder[old] = value;
}

function mutate_tree(random, tree) {
  const all = places(tree);
  const { holder, key } = random.pick(all);
  switch (random.below(8)) {
    case 0:
      if (Array.isArray(holder)) holder.splice(Number(key), 1);
      else delete holder[key];
      break;
    case 1:
      rename(holder, key, random.pick(kKeys));
      break;
    case 2:
      rename(holder, key, random.chance(0.5) ? key.toUpperCase() : key + 's');
      break;
    case 3: {
      const target = random.pick(all.filter((place) => !Array.isArray(place.holder)));
      target.holder[random.pick(kKeys)] = structuredClone(random.pick(kValues));
      break;
    }
    case 4: {
      const jobs = Object.values(tree.jobs ?? {}).filter((job) => job !== null && typeof job === 'object');
      const ids = [...Object.keys(tree.jobs ?? {}), 'missing'];
      if (jobs.length > 0) random.pick(jobs).needs = random.chance(0.5) ? random.pick(ids) : random.some(0, 3, () => random.pick(ids));
      break;
    }
    case 5: {
      const jobs = Object.keys(tree.jobs ?? {});
      if (jobs.length > 0) rename(tree.jobs, random.pick(jobs), random.pick(kIds));
      break;
    }
    default:
      holder[key] = structuredClone(random.pick(kValues));
  }
  return tree;
}

function mutate_lines(random, text) {
  const lines = text.split('\n');
  const at = random.below(lines.length);
  switch (random.below(6)) {
    case 0: lines.splice(at, 1); break;
    case 1: lines.splice(at, 0, lines[at]); break;
    case 2: lines[at] = '  ' + lines[at]; break;
    case 3: lines[at] = lines[at].replace(/^ {2}/, ''); break;
    case 4: lines[at] = lines[at].replace(/['":]/, ''); break;
    default: lines[at] = lines[at].replace(/: .*/, ': ' + random.pick(['', '~', 'yes', '017', '0x1F', '!!str 1', '&a x', '*a', '"x', '[a', '{a: b}', '- a', 'a: b', "'''", '|', '>-', '1_0']));
  }
  return lines.join('\n');
}

export function mutant(random, text) {
  if (random.chance(0.3)) {
    return mutate_lines(random, text);
  }
  let tree = yaml.load(text);
  for (let i = random.chance(0.2) ? 2 : 1; i > 0; --i) tree = mutate_tree(random, tree);
  return yaml.dump(tree, { noRefs: true, lineWidth: -1 });
}
