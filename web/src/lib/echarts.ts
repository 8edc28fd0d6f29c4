// ECharts with the parts that the charts of the studio need, drawing on a canvas.
import { LineChart } from 'echarts/charts'
import {
  DataZoomInsideComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
} from 'echarts/components'
import { type EChartsType, init, use } from 'echarts/core'
import { CanvasRenderer } from 'echarts/renderers'

use([
  LineChart,
  GridComponent,
  LegendComponent,
  TooltipComponent,
  MarkLineComponent,
  DataZoomInsideComponent,
  CanvasRenderer,
])

export type Drawing = EChartsType

/** A chart in an element that has a size. */
export const drawIn = (holder: HTMLElement): Drawing => init(holder, null, { renderer: 'canvas' })
