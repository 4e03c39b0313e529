/** A violation of a policy by a template. */
export interface Finding {
  /** The tool: CDK's validation, cdk-nag, Guard. */
  readonly source: string;
  readonly rule: string;
  readonly location: string;
  readonly message: string;
}

interface Violation {
  readonly ruleName: string;
  readonly description?: string;
  readonly suggestedFix?: string;
  readonly severity?: string;
  readonly violatingConstructs?: readonly {
    readonly constructPath?: string;
    readonly cloudFormationResource?: { readonly logicalId?: string };
  }[];
}

interface ValidationReport {
  readonly pluginReports?: readonly {
    readonly pluginName?: string;
    readonly conclusion?: string;
    readonly violations?: readonly Violation[];
  }[];
}

/** `validation-report.json` of a cloud assembly; it does not contain violations that the app has acknowledged. */
export function validationFindings(report: ValidationReport): Finding[] {
  return (report.pluginReports ?? []).flatMap(({ pluginName: source = 'validation', conclusion, violations = [] }) => {
    if (conclusion === 'failure' && violations.length === 0) {
      return [{ source, rule: 'validation', location: 'the app', message: 'the validation failed' }];
    }
    return violations
      .filter(violation => isFinding(source, violation))
      .map(violation => ({
        source,
        rule: violation.ruleName,
        location: (violation.violatingConstructs ?? [])
          .map(({ constructPath, cloudFormationResource }) => constructPath || cloudFormationResource?.logicalId)
          .filter(Boolean)
          .join(', '),
        message: [violation.description, violation.suggestedFix].filter(Boolean).join(' '),
      }));
  });
}

/**
 * Without a feature flag, CDK reports all violations of its own validation as warnings. The names of the rules still
 * identify those that CloudFormation would reject.
 */
function isFinding(pluginName: string, { ruleName, severity = 'error' }: Violation): boolean {
  return (
    !['warning', 'info'].includes(severity) || (pluginName === 'CloudFormation Validate' && /^[EF]\d/.test(ruleName))
  );
}

interface NagReport {
  readonly lines?: readonly {
    readonly ruleId: string;
    readonly resourceId: string;
    readonly compliance: string;
    readonly ruleLevel?: string;
    readonly ruleInfo?: string;
  }[];
}

/** A report of cdk-nag in JSON; suppressed findings have another compliance. */
export function nagFindings(report: NagReport): Finding[] {
  return (report.lines ?? [])
    .filter(({ compliance, ruleLevel }) => compliance === 'Non-Compliant' && ruleLevel !== 'Warning')
    .map(({ ruleId, resourceId, ruleInfo = '' }) => ({
      source: 'cdk-nag',
      rule: ruleId,
      location: resourceId,
      message: ruleInfo,
    }));
}

/** A report of cdk-nag in CSV: rule, resource, compliance, reason, level, message. */
export function nagTableFindings(report: string): Finding[] {
  const [, ...lines] = report
    .trim()
    .split('\n')
    .map(line => [...line.matchAll(/"((?:[^"]|"")*)"/g)].map(([, cell]) => cell.replaceAll('""', '"')));
  return nagFindings({
    lines: lines.map(([ruleId = '', resourceId = '', compliance = '', , ruleLevel = '', ruleInfo = '']) => ({
      ruleId,
      resourceId,
      compliance,
      ruleLevel,
      ruleInfo,
    })),
  });
}

interface GuardReport {
  readonly name: string;
  readonly not_compliant?: readonly {
    readonly Rule?: { readonly name: string; readonly messages?: unknown; readonly checks?: unknown };
  }[];
}

/** The output of `cfn-guard validate --structured --output-format json`. */
export function guardFindings(reports: readonly GuardReport[]): Finding[] {
  return reports.flatMap(({ name, not_compliant: broken = [] }) =>
    broken.flatMap(({ Rule: rule }) =>
      rule
        ? [
          {
            source: 'Guard',
            rule: rule.name,
            location: [name.replace(/^.*\//, ''), ...textsOf(rule.checks, 'path').map(path => path.split('/')[2])]
              .filter(Boolean)
              .join(' '),
            message: textsOf([rule.messages, rule.checks], 'custom_message').join('; '),
          },
        ]
        : [],
    ),
  );
}

/** Guard nests its checks as deeply as its rules. */
function textsOf(value: unknown, key: string): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Object.entries(value).flatMap(([name, inner]) =>
    name === key && typeof inner === 'string' ? [inner] : textsOf(inner, key),
  );
  return [...new Set(own)];
}
