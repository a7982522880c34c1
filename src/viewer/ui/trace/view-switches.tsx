/** What the timeline shows: the services, which are switched off and on by a click, and the switches of the view. */
import { Button, Chip, Group, Menu, Switch } from '@mantine/core';
import type { Trace } from '../model/span';
import type { Switch as SwitchName, TraceView } from '../model/trace-view';
import { ServiceName } from '../service-name';

const SWITCHES: [name: SwitchName, label: string][] = [
  ['path', 'Mark the critical path'],
  ['onlyPath', 'Only the critical path'],
  ['group', 'Group repeated siblings'],
  ['squeeze', 'Squeeze idle time'],
  ['gaps', 'Show gaps without spans'],
  ['skew', 'Adjust clocks'],
];

interface ViewSwitchesProps {
  trace: Trace;
  view: TraceView;
  onChange: (next: Partial<TraceView>) => void;
}

export function ViewSwitches({ trace, view, onChange }: ViewSwitchesProps) {
  const shown = trace.services.map((each) => each.name).filter((name) => !view.hiddenServices.includes(name));
  return (
    <Group gap="xs" className="view-switches">
      <Chip.Group
        multiple
        value={shown}
        onChange={(names) =>
          onChange({
            hiddenServices: trace.services.map((each) => each.name).filter((name) => !names.includes(name)),
          })
        }
      >
        {trace.services.map((each) => (
          <Chip key={each.name} value={each.name} size="xs" variant="outline">
            <ServiceName
              name={each.name}
              note={`${each.spans}${each.failed > 0 ? `, ${each.failed} failed` : ''}`}
            />
          </Chip>
        ))}
      </Chip.Group>
      <Menu closeOnItemClick={false} position="bottom-start">
        <Menu.Target>
          <Button size="compact-xs" variant="default">
            View
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {SWITCHES.map(([name, label]) => (
            <div key={name} className="menu-switch">
              <Switch
                size="xs"
                label={label}
                checked={view[name]}
                onChange={(event) => onChange({ [name]: event.currentTarget.checked })}
              />
            </div>
          ))}
        </Menu.Dropdown>
      </Menu>
      <Button size="compact-xs" variant="default" onClick={() => onChange({ level: 0, collapsed: [] })}>
        Collapse all
      </Button>
      <Button
        size="compact-xs"
        variant="default"
        onClick={() => onChange({ level: undefined, collapsed: [] })}
      >
        Expand all
      </Button>
      {view.focus !== undefined && (
        <Button size="compact-xs" onClick={() => onChange({ focus: undefined, zoom: undefined })}>
          Leave the subtree
        </Button>
      )}
      {view.zoom !== undefined && (
        <Button size="compact-xs" variant="light" onClick={() => onChange({ zoom: undefined })}>
          Whole time
        </Button>
      )}
    </Group>
  );
}
