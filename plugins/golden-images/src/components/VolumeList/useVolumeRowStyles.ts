import { makeStyles } from '@material-ui/core/styles';

export const useVolumeRowStyles = makeStyles(theme => ({
  row: {
    position: 'relative',
    display: 'grid',
    gridTemplateColumns: 'max-content minmax(0, 1fr)',
    padding: theme.spacing(1.5, 2),
    borderTop: `1px solid ${theme.palette.divider}`,
    '&:first-child': { borderTop: 0 },
    '&:hover, &:focus-within': { background: theme.palette.action.hover },
  },
  /** Dimmed, and still of enough contrast to read. */
  old: {
    filter: 'grayscale(1)',
    '& $open, & $sentence, & strong': { color: theme.palette.text.secondary },
  },
  sign: { gridColumn: 1, paddingTop: 2 },
  head: {
    gridColumn: 2,
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'baseline',
    justifyContent: 'space-between',
    columnGap: theme.spacing(2),
    minWidth: 0,
  },
  open: {
    textAlign: 'left',
    overflowWrap: 'anywhere',
    fontWeight: 'bold',
    '&::after': { content: '""', position: 'absolute', inset: 0 },
    '&:focus-visible': { outline: 'none' },
    '&:focus-visible::after': {
      outline: `2px solid ${theme.palette.primary.main}`,
      outlineOffset: -2,
    },
  },
  sentence: { overflowWrap: 'anywhere' },
  body: {
    gridColumn: 2,
    display: 'grid',
    gap: theme.spacing(1),
    minWidth: 0,
    paddingTop: theme.spacing(0.5),
  },
  facts: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    columnGap: theme.spacing(2),
    rowGap: theme.spacing(0.5),
    minWidth: 0,
    overflowWrap: 'anywhere',
    '& > *': { minWidth: 0 },
  },
  /** Above the button that covers the row, so that the tooltip shows. */
  above: { position: 'relative', zIndex: 1, margin: 0 },
}));
