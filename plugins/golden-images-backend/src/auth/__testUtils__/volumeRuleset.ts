import type { PermissionRuleset } from '@backstage/plugin-permission-node';
import { goldenVolumeRules, type GoldenVolume } from '../volumeRules';

/** What the permissions registry makes of our rules. */
export const volumeRuleset: PermissionRuleset<GoldenVolume> = {
  getRuleByName: name => {
    const rule = Object.values(goldenVolumeRules).find(
      each => each.name === name,
    );
    if (!rule) throw new Error(`No rule ${name}`);
    return rule as ReturnType<PermissionRuleset<GoldenVolume>['getRuleByName']>;
  },
};
