import CommandLineTool
import Engine
import Projections

// The whole command line with one view more: `custom-view process turnover`, `custom-view replay turnover`, …
CommandLineTool.main(views: .standard.adding(KeyedFold<Turnover>.self))
