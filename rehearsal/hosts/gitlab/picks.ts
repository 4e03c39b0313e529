import type { CommitSchema } from '@gitbeaker/rest';
import * as v from 'valibot';
import { commitOf } from './operations';
import { answer, created, read } from './responses';
import type { GitLabRules } from './rules';
import type { RepositoryCall } from '../api';
import { HostResponse } from '../host';

const PickInput = v.object({ branch: v.string(), message: v.optional(v.string()) });

const FAILED = 'Sorry, we cannot cherry-pick this commit automatically. This commit may already have been '
  + 'cherry-picked, or a more recent commit may have updated some of its content.';

/** https://docs.gitlab.com/api/commits/#cherry-pick-a-commit */
export async function cherryPick(
  { repository: { git }, fullName, parameter, body, move, now, token }: RepositoryCall, rules: GitLabRules,
): Promise<never> {
  const { branch, message } = read(PickInput, body);
  rules.assertChangeable(fullName, branch, token);
  const commitId = await git.resolve(parameter);
  if (commitId === undefined) throw answer(404, '404 Commit Not Found');
  return git.exclusively(async () => {
    const head = await git.head(branch);
    if (head === undefined) throw answer(404, '404 Branch Not Found');
    const { parents, author, message: original } = await git.details(commitId);
    const bot = { name: 'rehearsal', email: 'project_1_bot@noreply.gitlab.com', at: now };
    const treeId = await git.treeOf(head) ?? '';
    // a merge has the result of a pick if the parent of the picked commit is the merge base
    const ours = await git.commitTree({ treeId, parents, message: 'sibling', author: bot }) ?? '';
    const merged = await git.merge({ ours, theirs: commitId, message: 'merge', author: bot, keepOurs: [] });
    if (merged.commitId === undefined) throw failed('conflict');
    if (merged.treeId === treeId) throw failed('empty');
    const [seconds] = author.date.split(' ');
    const picked = await git.commitTree({
      treeId: merged.treeId,
      parents: [head],
      message: message ?? original,
      author: { name: author.name, email: author.email, at: Number(seconds) * 1000 },
      committer: bot,
    }) ?? '';
    await move(branch, head, picked);
    throw created<CommitSchema>(commitOf(await git.details(picked)));
  });
}

function failed(code: 'conflict' | 'empty'): HostResponse {
  return new HostResponse(400, { message: FAILED, error_code: code });
}
