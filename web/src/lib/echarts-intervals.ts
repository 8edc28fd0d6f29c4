// What charts with intervals need of ECharts besides: a series of its own, which only pages with such charts load.
import { CustomChart } from 'echarts/charts'
import { use } from 'echarts/core'

use([CustomChart])
