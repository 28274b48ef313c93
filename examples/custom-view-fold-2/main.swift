import CommandLineTool
import Engine
import Projections

// The whole command line with one view more: `custom-view-fold-2 process turnover`, `custom-view-fold-2 replay turnover`, …
CommandLineTool.main(views: .standard.adding(KeyedFold<Turnover>.self))
