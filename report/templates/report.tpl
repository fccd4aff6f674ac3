{{%AUTOESCAPE context="HTML"}}<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{CSP}}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{{VERDICT}}: {{SUBJECT}}, muster audit</title>
<style>{{CSS:none}}</style>
</head>
<body>
<a class="skip" href="#main">Skip to the verdict</a>
<header class="top"><div>
  <p class="brand"><strong>muster</strong> <span>audit of</span> {{SUBJECT}}</p>
  <p class="when"><time datetime="{{AS_OF}}">{{AS_OF_PROSE}}</time> <span>run <code>{{RUN}}</code></span></p>
</div></header>
<div class="page">
<nav class="contents" aria-label="Contents">
  <ul>
    <li><a href="#decide">Decide</a></li>
    <li><a href="#findings">Findings <span class="n">{{FAIL}}</span></a></li>
    <li><a href="#undecided">Not judged <span class="n">{{OPEN}}</span></a></li>
    <li><a href="#closed">Closed <span class="n">{{CLOSED_COUNT}}</span></a></li>
    <li><a href="#passed">Passed <span class="n">{{PASS}}</span></a></li>
    <li><a href="#evidence">Evidence</a></li>
    <li><a href="#definitions">Definitions</a></li>
  </ul>
</nav>
<main id="main">
<section class="verdict verdict-{{VERDICT}}" aria-labelledby="verdict">
  <p class="word">{{VERDICT_WORD}}</p>
  <h1 id="verdict">{{SENTENCE:x-prose}}</h1>
  <p class="gate">{{GATE}}</p>
  {{#INFERRED}}<p class="note">There is no <code>muster.yaml</code>: what is meant to be was inferred from the files. <code>muster init</code> writes one to check against.</p>{{/INFERRED}}
</section>

<section id="decide" class="decide" aria-labelledby="decide-title">
  <h2 id="decide-title">What to decide</h2>
  {{#NO_DECISIONS}}<p>Nothing blocks. Keep the run as evidence.</p>{{/NO_DECISIONS}}
  {{#HAS_DECISIONS}}<ol class="decisions">
  {{#DECISION}}<li><p><a href="#g-{{RULE}}">{{TITLE:x-prose}}</a> <span class="muted">{{SEVERITY}}, {{PLACE}}{{#OTHERS}} and {{COUNT}}{{/OTHERS}}</span></p><p>{{FIX:x-prose}}</p></li>
  {{/DECISION}}</ol>{{/HAS_DECISIONS}}
  {{#MORE_DECISIONS}}<p class="muted">{{COUNT}} of <a href="#findings">finding</a> block too.</p>{{/MORE_DECISIONS}}
  {{#QUESTIONS}}<p>{{COUNT}} the audit incomplete, see <a href="#undecided">Not judged</a>:</p>
  <ul class="open">{{#FIRST}}<li><span class="where">{{WHERE}}</span>: {{REASON:x-prose}}. <span class="muted">{{TITLES}}</span></li>{{/FIRST}}</ul>{{/QUESTIONS}}
</section>

<section class="numbers" aria-labelledby="figures-title">
  <h2 id="figures-title" class="quiet">Figures</h2>
  <dl class="figures">
    <div><dt>Posture</dt><dd>{{POSTURE}}{{#HAS_POSTURE}}<small> %</small>{{/HAS_POSTURE}}</dd><dd class="sub">{{PASS}} of {{DECIDED}} pass</dd></div>
    <div><dt>Open findings</dt><dd>{{FAIL}}</dd><dd class="sub">{{CREATED}} new, {{REOPENED}} reopened, {{PERSISTING}} unchanged</dd></div>
    <div><dt>Blocking</dt><dd>{{BLOCKING}}</dd><dd class="sub">at or above {{FAIL_ON}}</dd></div>
    <div><dt>Not judged</dt><dd>{{OPEN}}</dd><dd class="sub">{{UNDECIDED}} undecided, {{GAPS}} not covered</dd></div>
    <div><dt>Closed</dt><dd>{{CLOSED_COUNT}}</dd><dd class="sub">{{CLOSED_HOW}}</dd></div>
  </dl>
  {{#HAS_POSTURE}}<svg class="bar" role="img" width="100%" height="18"><title>{{PASS}} pass, {{FAIL}} fail, {{WAIVED}} waived of {{DECIDED}} decided checks; {{UNDECIDED}} undecided stand beside it</title><rect class="bar-undecided" x="0" y="1" width="100%" height="16"></rect><rect class="bar-pass" x="0" y="1" width="{{PASS_WIDTH}}%" height="16"></rect><rect class="bar-fail" x="{{PASS_WIDTH}}%" y="1" width="{{FAIL_WIDTH}}%" height="16"></rect></svg>
  <p class="legend"><span class="key key-pass">{{PASS}} pass</span><span class="key key-fail">{{FAIL}} fail</span><span class="key key-undecided">{{UNDECIDED}} undecided, left out of the posture</span></p>{{/HAS_POSTURE}}
</section>

<section id="findings" aria-labelledby="findings-title">
  <h2 id="findings-title">Findings</h2>
  {{#NO_FINDINGS}}<p>No finding.</p>{{/NO_FINDINGS}}
  {{#GROUP}}<details class="group"{{#OPENED}} open{{/OPENED}}>
  <summary><span class="sev sev-{{SEVERITY}}">{{SEVERITY}}</span><span class="title">{{TITLE:x-prose}}<span class="first">{{FIRST}}</span></span><span class="change">{{CHANGE}}{{#HARMLESS}}<span class="harmless">does not block</span>{{/HARMLESS}}</span><span class="count">{{PLACES}}</span></summary>
  <div class="body" id="g-{{RULE}}">
    <p class="why">{{WHY:x-prose}}</p>
    <div class="halves">
    <div class="places">
    {{#ITEM}}<article class="place" id="f-{{FINGERPRINT}}">
      <h3><span class="where">{{WHERE}}</span> <span class="badge">{{STATE}}</span>{{#OWN_SEVERITY}} <span class="badge">{{SEVERITY}}</span>{{/OWN_SEVERITY}}</h3>
      <p>{{MESSAGE:x-prose}}{{#HAS_REASON}}: {{REASON:x-prose}}{{/HAS_REASON}}.</p>
      {{#WITNESS}}<div class="witness"><p class="label">Witness: {{KIND}}</p>{{#DRAWING}}<svg class="path" role="img" viewBox="0 0 300 {{HEIGHT}}" width="300"><title>The path, drawn: {{NAMES}}</title>{{#BOX}}<rect class="path-{{LOOK}}" x="1" y="{{Y}}" width="298" height="{{HEIGHT}}" rx="8"></rect>{{#NAME}}<text class="path-name" x="12" y="{{Y}}">{{TEXT}}</text>{{/NAME}}{{#LINE}}<text x="12" y="{{Y}}">{{TEXT}}</text>{{/LINE}}{{#ARROW}}<path d="M150 {{Y}}v16m-5 -6l5 6l5 -6"></path>{{/ARROW}}{{/BOX}}</svg><details class="words"><summary>The same in words</summary>{{/DRAWING}}<dl>{{#FIELD}}<div><dt>{{NAME}}</dt><dd>{{VALUE}}</dd></div>{{/FIELD}}</dl>{{#DRAWN}}</details>{{/DRAWN}}{{#REPLAY}}<p class="label">Ask the policy again</p><pre class="command" tabindex="0">{{COMMAND:pre_escape}}</pre>{{/REPLAY}}</div>{{/WITNESS}}
      {{#RELATED}}<p class="related">See <span class="where">{{PLACE}}</span>: {{NOTE:x-prose}}.</p>{{/RELATED}}
      <p class="ids">{{ASSET}}{{#HAS_ANCHOR}} · {{ANCHOR}}{{/HAS_ANCHOR}}<br>fingerprint {{FINGERPRINT}}</p>
    </article>
    {{/ITEM}}
    {{#MORE}}<p class="muted">{{COUNT}} more are in report.json.</p>{{/MORE}}
    </div>
    <div class="fix">
    <h3>How to fix it</h3>
    <ol>{{#STEP}}<li>{{TEXT:x-prose}}</li>{{/STEP}}</ol>
    {{#SNIPPET}}<p class="label">{{LANGUAGE}}</p><pre tabindex="0">{{CODE:pre_escape}}</pre>{{/SNIPPET}}
    <p class="ids">Rule {{RULE}}{{#CONTROLS}}<br>Maps to {{LIST}}{{/CONTROLS}}</p>
    </div>
    </div>
  </div>
  </details>
  {{/GROUP}}
</section>

{{#HAS_WAIVED}}<section id="accepted" aria-labelledby="accepted-title">
  <h2 id="accepted-title">Accepted for now</h2>
  <ul class="plain">{{#ACCEPTED}}<li><span class="where">{{WHERE}}</span>: {{MESSAGE:x-prose}}: {{REASON:x-prose}}. <span class="muted">{{SEVERITY}}, {{RULE}}</span></li>{{/ACCEPTED}}</ul>{{#MORE_ACCEPTED}}<p class="muted">{{COUNT}} more are in report.json.</p>{{/MORE_ACCEPTED}}
</section>

{{/HAS_WAIVED}}<section id="undecided" aria-labelledby="undecided-title">
  <h2 id="undecided-title">Not judged</h2>
  {{#NO_OPEN}}<p>Everything that was found could be judged.</p>{{/NO_OPEN}}
  {{#HAS_GAPS}}<h3>Not covered</h3><ul class="plain">{{#GAP}}<li><span class="where">{{WHAT}}</span>: {{WHY:x-prose}}{{#BLOCKS}} <span class="badge">keeps the audit incomplete</span>{{/BLOCKS}}</li>{{/GAP}}</ul>{{#MORE_GAP}}<p class="muted">{{COUNT}} more are in report.json.</p>{{/MORE_GAP}}{{/HAS_GAPS}}
  {{#HAS_UNDECIDED}}<h3>Undecided checks</h3><ul class="plain">{{#QUESTION}}<li><span class="where">{{WHERE}}</span>: {{REASON:x-prose}}. <span class="muted">{{TITLES}}</span></li>{{/QUESTION}}</ul>{{#MORE_QUESTION}}<p class="muted">{{COUNT}} more are in report.json.</p>{{/MORE_QUESTION}}{{/HAS_UNDECIDED}}
  {{#HAS_UNSEEN}}<h3>Open before and not looked at again</h3><ul class="plain">{{#UNSEEN}}<li><span class="where">{{WHERE}}</span>: {{MESSAGE:x-prose}} <span class="muted">{{SEVERITY}}, {{RULE}}</span></li>{{/UNSEEN}}</ul>{{#MORE_UNSEEN}}<p class="muted">{{COUNT}} more are in report.json.</p>{{/MORE_UNSEEN}}{{/HAS_UNSEEN}}
</section>

<section id="closed" aria-labelledby="closed-title">
  <h2 id="closed-title">Closed since the run before</h2>
  {{#NO_CLOSED}}<p>{{NOTE}}</p>{{/NO_CLOSED}}
  {{#HAS_CLOSED}}<ul class="plain">{{#PAST}}<li><span class="badge">{{REASON}}</span> {{MESSAGE:x-prose}}<span class="ids">{{ASSET}}</span></li>{{/PAST}}</ul>{{#MORE_PAST}}<p class="muted">{{COUNT}} more are in report.json.</p>{{/MORE_PAST}}{{/HAS_CLOSED}}
</section>

<section id="passed" aria-labelledby="passed-title">
  <h2 id="passed-title">Passed</h2>
  {{#NO_PASSED}}<p>No check passed.</p>{{/NO_PASSED}}
  {{#AREA}}<details class="group"><summary><span class="sev sev-pass">pass</span><span class="title">{{NAME}}</span><span class="count">{{COUNT}}</span></summary>
  <div class="body"><ul class="plain">{{#CHECK}}<li>{{TITLE:x-prose}}: not found on {{COUNT}} <span class="ids">{{RULE}}</span></li>{{/CHECK}}</ul></div></details>
  {{/AREA}}
</section>

<section id="evidence" aria-labelledby="evidence-title">
  <h2 id="evidence-title">Evidence</h2>
  <dl class="facts">
    <div><dt>Run</dt><dd><code>{{RUN}}</code>{{#PREVIOUS}}, after <code>{{ID}}</code>{{/PREVIOUS}}</dd></div>
    <div><dt>Audited</dt><dd><code>{{ROOT}}</code></dd></div>
    <div><dt>Time</dt><dd>{{STARTED}} to {{FINISHED}}</dd></div>
    <div><dt>Tool</dt><dd>muster {{VERSION}}, rules <code>{{RULES_HASH}}</code></dd></div>
    <div><dt>Data</dt><dd>{{#DATA}}{{NAME}} of {{DATE}}<br>{{/DATA}}</dd></div>
  </dl>
  <details class="group"><summary><span class="title">Files read</span><span class="count">{{INPUTS}}</span></summary><div class="body">
  <div class="scroll" tabindex="0" role="region" aria-label="Files read"><table><caption>SHA-256 of every file that was judged; <code>sha256sum</code> gives the same.</caption><thead><tr><th scope="col">File</th><th scope="col">SHA-256</th></tr></thead><tbody>{{#INPUT}}<tr><td>{{PATH}}</td><td><code>{{HASH}}</code></td></tr>{{/INPUT}}</tbody></table></div>{{#MORE_INPUT}}<p class="muted">{{COUNT}} more are in report.json.</p>{{/MORE_INPUT}}</div></details>
</section>

<section id="definitions" aria-labelledby="definitions-title">
  <h2 id="definitions-title">Definitions</h2>
  <dl class="facts">
    <div><dt>Posture</dt><dd>Checks that pass, of all that were decided (pass, fail, waived), rounded down. Undecided checks stand beside it.</dd></div>
    <div><dt>Check</dt><dd>One rule on one asset. A failing check may have several findings.</dd></div>
    <div><dt>Undecided</dt><dd>A fact was missing or unreadable. It never counts as passed.</dd></div>
    <div><dt>Witness</dt><dd>The concrete token, request or text that shows a finding is real. Where a command stands beside it, the command asks the policy again.</dd></div>
    <div><dt>Closed</dt><dd>Fixed: the rule ran on the asset again and passed. Gone: the asset is proven absent. Moved, waived or the rule retired: the badge says so. Nothing else closes a finding.</dd></div>
    <div><dt>Maps to</dt><dd>The control that a rule touches. It is no statement of compliance.</dd></div>
  </dl>
</section>
</main>
</div>
</body>
</html>
