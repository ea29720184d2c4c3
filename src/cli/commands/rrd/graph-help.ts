/** What `graph` and `graphv` take, and what only `xport` has: below the line with the arguments. */
const elements = `Data, each under a NAME that stands before what uses it:
  DEF:NAME=FILE:SOURCE:CF[:step=SECONDS][:start=TIME][:end=TIME][:reduce=CF]   rows of a file
  CDEF:NAME=RPN         computed from others, moment by moment: CDEF:bits=bytes,8,*
  VDEF:NAME=DATA,[NUMBER,]FUNCTION     one figure: MAXIMUM, MINIMUM, AVERAGE, LAST, FIRST, TOTAL, STDEV,
                        PERCENT (a,95,PERCENT) …
`;

const pictureElements = `  SHIFT:NAME:SECONDS    draws data that much later

Drawn, in this order, one above the other:
  LINE[WIDTH]:NAME|VALUE[#COLOR][:LEGEND][:STACK][:skipscale][:dashes[=ON,OFF…]][:dash-offset=PIXELS]
  AREA:NAME|VALUE[#COLOR[#COLOR]][:LEGEND][:STACK][:skipscale][:gradheight=PIXELS]
  TICK:NAME#COLOR[:SHARE[:LEGEND]]      a mark wherever the data is neither 0 nor unknown
  HRULE:VALUE#COLOR[:LEGEND], VRULE:TIME#COLOR[:LEGEND], both with :dashes and :dash-offset as LINE
  COLOR: RRGGBB or RRGGBBAA. A colon in a text is written \\:

Texts:
  PRINT:NAME:FORMAT     on standard output; NAME is a VDEF
  GPRINT:NAME:FORMAT    in the legend
    FORMAT: %8.2lf number, %s its unit (k, M …), %% a percent sign; behind it :strftime for the time of
    the figure, :valstrftime for a figure that is a time, :valstrfduration for one that is a duration
  COMMENT:TEXT, TEXTALIGN:left|right|center|justified
    \\n, \\l, \\r, \\c, \\j at the end of a legend, GPRINT or COMMENT end the line: left, right, centred, filled
`;

const times = `  -s, --start TIME  -e, --end TIME      default: the last day
`;

const pictureOptions = `Period and size:
${times}  -S, --step SECONDS        of what is fetched, at least
  -w, --width, -h, --height PIXELS      of the plot itself: 400 and 100
  -D, --full-size-mode      width and height are those of the picture
  -j, --only-graph          the plot alone
  -m, --zoom FACTOR         everything larger
  -a, --imgformat PNG|SVG   default PNG
  -z, --lazy                draw only when the picture that is there has become old
  -f, --imginfo FORMAT      print this of the picture: %s name, %lu width, %lu height

Value axis:
  -l, --lower-limit, -u, --upper-limit VALUE   shown at least; with -r, --rigid, exactly
  --allow-shrink            with limits: no further, but less where the data needs less
  -A, --alt-autoscale       from the least to the greatest value; -J, --alt-autoscale-min and
                            -M, --alt-autoscale-max: only that end
  -o, --logarithmic
  -y, --y-grid STEP:LABEL-EVERY | none
  -X, --units-exponent N    10^N is the unit of the labels
  -L, --units-length N      room for labels of so many characters
  -b, --base 1000|1024      what k stands for
  -v, --vertical-label TEXT
  --left-axis-format FORMAT, --left-axis-formatter numeric|timestamp|duration
  --right-axis SCALE:SHIFT  a second axis: value * SCALE + SHIFT; --right-axis-label, --right-axis-format,
                            --right-axis-formatter

Time axis and grid:
  -x, --x-grid GRID:N:MAJOR:N:LABEL:N:SECONDS:FORMAT | none
                            HOUR:1:DAY:1:DAY:1:86400:%a: lines each hour, heavy ones and labels each day,
                            a label in the middle of 86400 seconds
  --grid-dash ON:OFF  --no-minor

Look:
  -t, --title TEXT  -W, --watermark TEXT
  -c, --color TAG#RRGGBB[AA]   BACK CANVAS SHADEA SHADEB GRID MGRID FONT AXIS FRAME ARROW
  -n, --font TAG:SIZE       DEFAULT TITLE AXIS UNIT LEGEND WATERMARK; a family behind it is not used
  --border PIXELS  -E, --slope-mode (slopes, not steps)
  -P, --pango-markup        taken out of texts: they are drawn plain
  -R, --font-render-mode normal|light  -G, --graph-render-mode normal

Legend:
  -g, --no-legend  -F, --force-rules-legend  -T, --tabwidth PIXELS
  --legend-position south|north  --legend-direction topdown|bottomup|bottomup2 (as bottomup)

Values:
  -Z, --use-nan-for-all-missing-data    a file that is not there is unknown, no error

Taken, and nothing has to be done for it: -i, --interlaced; -Y, --alt-y-grid; -N, --no-gridfit;
--dynamic-labels; --disable-rrdtool-tag; --units=si. Refused: --week-fmt; -B, --font-smoothing-threshold;
other formats and modes.
`;

const xportOptions = `Options:
${times}  -m, --maxrows ROWS        rows at most, as far as the step allows; default 400, at least 10
  --step SECONDS            of the rows, at least
  -t, --showtime            the time in every row
  --enumds                  values stand in <v0>, <v1> …
  --json                    JSON in place of XML
`;

export const graphHelp = `${pictureOptions}
${elements}${pictureElements}`;

export const xportHelp = `${xportOptions}
${elements}  SHIFT:NAME:SECONDS    moves data that much later

  XPORT:NAME[:LEGEND]   a column of what comes out
  PRINT:NAME:FORMAT, GPRINT:NAME:FORMAT, COMMENT:TEXT   among the meta data
`;
