// The table of everything that the lint can say: id, type, and the words around it. Upper-case ids
// are issue codes of AWS IAM Access Analyzer (ValidatePolicy) and mean what they mean there; those
// that begin with `MUSTER_` are ours. docs/policy-lint.md is generated from this table.
#pragma once

#include <span>
#include <string_view>

namespace muster::lint {

/// How bad a finding is, in the words of Access Analyzer; the worst first.
enum class FindingType { Error, SecurityWarning, Warning, Suggestion };

/// In the order of the table.
enum class Code {
  JsonSyntaxError,
  DataTypeMismatch,
  DuplicateKeysWithDifferentCase,
  InvalidPolicyElement,
  InvalidEffect,
  InvalidVersion,
  MissingVersion,
  MissingStatement,
  MissingEffect,
  MissingAction,
  MissingResource,
  MissingPrincipal,
  UnsupportedPrincipal,
  UnsupportedElementCombination,
  UnsupportedSid,
  UniqueSidsRequired,
  UniqueSidsRecommended,
  EmptySidValue,
  EmptyArrayAction,
  EmptyArrayResource,
  EmptyArrayPrincipal,
  EmptyObjectPrincipal,
  EmptyObjectCondition,
  EmptyArrayCondition,
  EmptyArrayConditionForallvalues,
  EmptyArrayConditionForanyvalue,
  EmptyArrayConditionIfexists,
  PolicySizeExceedsIdentityPolicyQuota,
  PolicySizeExceedsRcpQuota,
  PolicySizeExceedsRoleTrustPolicyQuota,
  InvalidAction,
  InvalidServiceInAction,
  RedundantAction,
  RedundantResource,
  RedundantStatement,
  WildcardInServiceName,
  PassRoleWithStarInResource,
  PassRoleWithStarInActionAndResource,
  PassRoleWithNotResource,
  PassRoleWithStarInActionAndNotResource,
  PassRoleWithStarInResourceAndNotAction,
  PassRoleWithNotActionAndNotResource,
  CreateSlrWithStarInResource,
  CreateSlrWithStarInActionAndResource,
  CreateSlrWithNotResource,
  CreateSlrWithStarInActionAndNotResource,
  CreateSlrWithStarInResourceAndNotAction,
  CreateSlrWithNotActionAndNotResource,
  InvalidArnPrefix,
  MissingArnField,
  InvalidPartition,
  InvalidService,
  InvalidArnServiceCase,
  InvalidArnRegion,
  InvalidArnAccount,
  ArnRegionNotAllowed,
  ArnAccountNotAllowed,
  MissingArnRegion,
  MissingArnAccount,
  InvalidConditionOperator,
  InvalidConditionKeyFormat,
  InvalidGlobalConditionKey,
  InvalidServiceConditionKey,
  UnsupportedGlobalConditionKey,
  MissingTagKeyInCondition,
  NullWithIfExists,
  NullWithQualifier,
  InvalidConditionDataType,
  InvalidConditionMultipleBoolean,
  TypeMismatch,
  TypeMismatchBoolean,
  TypeMismatchNumber,
  TypeMismatchDate,
  TypeMismatchIpRange,
  TypeMismatchString,
  InvalidDateValue,
  InvalidVpcFormat,
  InvalidVpceFormat,
  InvalidRegion,
  InvalidServicePrincipalFormat,
  WildcardWithoutLikeOperator,
  StringLikeOperatorWithArnConditionKeys,
  MissingQualifier,
  ForallvaluesWithSingleValuedKey,
  EquivalentToNullFalse,
  EquivalentToNullTrue,
  RedundantKeyDueToWildcardInCondition,
  RedundantStatementDueToWildcardInCondition,
  RedundantConditionValueNum,
  PrivateIpAddress,
  PrivateIpAddressSubset,
  PrivateNotIpAddress,
  PrivateNotIpAddressSubset,
  ImproveIpRange,
  MissingPairedConditionKeys,
  S3PrefixInNegativeContext,
  UntrustworthyConditionKey,
  DynamodbAttributesWithoutSelect,
  EmptyVariable,
  MissingBraceInVariable,
  MissingQuoteInVariable,
  UnsupportedSpaceInVariable,
  VariableUnsupportedInElement,
  VariableUnsupportedInVersion,
  InvalidVariableForOperator,
  InvalidPrincipalFormat,
  InvalidPrincipalKey,
  UnsupportedWildcardInPrincipal,
  FederatedPrincipalNotSupported,
  AllowWithNotPrincipal,
  InvalidRoleReference,
  InvalidUserReference,
  RestrictAccessToServicePrincipal,
  RoleTrustPolicySyntaxErrorNotprincipal,
  RoleTrustPolicySyntaxErrorResource,
  RoleTrustPolicyUnsupportedWildcardInPrincipal,
  MismatchedActionForPrincipal,
  MissingActionForRolesAnywhereTrustPolicy,
  InvalidFederatedPrincipalSyntaxInRoleTrustPolicy,
  RedundantPrincipalInRoleTrustPolicy,
  MissingConditionKeyForOidcPrincipal,
  MissingGithubRepoConditionKey,
  SpecificGithubRepoAndBranchRecommended,
  ForanyvalueWithAudienceClaimType,
  ConfirmAudienceClaimType,
  ScpSyntaxErrorPrincipal,
  RcpSyntaxErrorPrincipal,
  RcpSyntaxErrorAllow,
  RcpSyntaxErrorNotaction,
  MusterManagedPolicySize,
  MusterPassRolePrefix,
  MusterPassRoleWeakGuard,
  MusterResourceNeverMatches,
  MusterActionMatchesNothing,
  MusterListNotCompared,
  MusterDeadStatement,
  MusterDeadEntry,
  MusterRedundantStatement,
  MusterRedundantEntry,
};

struct CodeInfo {
  Code code = Code::JsonSyntaxError;
  /// `REDUNDANT_ACTION`
  std::string_view id;
  FindingType type = FindingType::Error;
  /// What was found, in a few words.
  std::string_view title;
  /// Why it matters, one or two sentences.
  std::string_view why;
  /// What to do, one sentence.
  std::string_view fix;

  /// Whether Access Analyzer does not have it.
  [[nodiscard]] bool own() const { return id.starts_with("MUSTER_"); }
};

/// The whole table, grouped by subject.
[[nodiscard]] std::span<const CodeInfo> all_codes();
[[nodiscard]] const CodeInfo& info(Code code);

/// `ERROR`, `SECURITY_WARNING`, `WARNING`, `SUGGESTION`: Access Analyzer's `findingType`.
[[nodiscard]] std::string_view finding_type_name(FindingType type);
/// `error`, `security-warning`, `warning`, `suggestion`.
[[nodiscard]] std::string_view to_string(FindingType type);

}  // namespace muster::lint
