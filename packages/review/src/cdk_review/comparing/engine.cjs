// Compares pairs of templates with the engine behind `cdk diff`. Reads {id: [old, new]} as JSON from standard input and
// writes {stateful: [type], differences: {id: difference}}; comparing/engine.py says what a difference holds.
"use strict";

const specification = require("@aws-cdk/aws-service-spec");
const { fullDiff } = require("@aws-cdk/cloudformation-diff");

// The engine loads the resource schemas for itself. Loading them takes half a second, so both share one copy.
const schemas = specification.loadAwsServiceSpecSync();
specification.loadAwsServiceSpecSync = () => schemas;

const SECTIONS = ["parameters", "mappings", "conditions", "outputs", "unknown"];
const ATTRIBUTES = ["awsTemplateFormatVersion", "description", "transform"];

const targets = (field) => ({ excluded: field.not, values: field.values });

const statement = (found) => ({
  effect: found.effect,
  actions: targets(found.actions),
  resources: targets(found.resources),
  principals: targets(found.principals),
  condition: found.condition ? JSON.stringify(found.condition) : null,
  unparsed: found.effect === "Unknown" ? found.render().resource : null,
});

const attachment = (found) => ({ identity: found.identityArn, policy: found.managedPolicyArn });

const rule = (found) => ({ group: found.groupId, protocol: found.describeProtocol(), peer: found.describePeer() });

const sides = (collection, shown) => ({
  added: collection.additions.map(shown),
  removed: collection.removals.map(shown),
});

const kind = (difference) => (difference.isAddition ? "added" : difference.isRemoval ? "removed" : "changed");

function resource(change) {
  const properties = Object.entries(change.propertyUpdates);
  return {
    before: change.oldResourceType ?? null,
    after: change.newResourceType ?? null,
    impact: change.changeImpact,
    properties: Object.fromEntries(properties.map(([name, update]) => [name, update.changeImpact])),
    attributes: Object.keys(change.otherChanges),
  };
}

function compare(before, after) {
  const found = fullDiff(before, after);
  const others = SECTIONS.flatMap((section) =>
    Object.entries(found[section].changes).map(([name, change]) => ({ section, name, kind: kind(change) })),
  );
  const attributes = ATTRIBUTES.filter((name) => found[name]?.isDifferent);
  return {
    resources: Object.fromEntries(Object.entries(found.resources.changes).map(([id, change]) => [id, resource(change)])),
    others: [...others, ...attributes.map((name) => ({ section: "template", name, kind: kind(found[name]) }))],
    statements: sides(found.iamChanges.statements, statement),
    attachments: sides(found.iamChanges.managedPolicies, attachment),
    ingress: sides(found.securityGroupChanges.ingress, rule),
    egress: sides(found.securityGroupChanges.egress, rule),
  };
}

const stateful = [...schemas.all("resource")].filter((type) => type.isStateful).map((type) => type.cloudFormationType);

function answer(document) {
  const pairs = Object.entries(JSON.parse(document));
  const differences = Object.fromEntries(pairs.map(([id, [before, after]]) => [id, compare(before, after)]));
  return JSON.stringify({ stateful, differences });
}

module.exports = { answer };

if (require.main === module) {
  process.stdout.write(answer(require("node:fs").readFileSync(0, "utf8")));
}
