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
  old: { opacity: 0.72 },
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
    fontWeight: theme.typography.fontWeightBold,
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
    ...theme.typography.body2,
    color: theme.palette.text.secondary,
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
  above: { position: 'relative', zIndex: 1 },
}));
