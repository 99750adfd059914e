/*
 * python.h: everything that the file of a type or of a built-in module needs.
 */
#ifndef PY_PYTHON_H
#define PY_PYTHON_H

#include "eval/frame.h"
#include "objects/abstract.h"
#include "objects/args.h"
#include "objects/code.h"
#include "objects/container.h"
#include "objects/errors.h"
#include "objects/exceptions.h"
#include "objects/function.h"
#include "objects/instance.h"
#include "objects/intobject.h"
#include "objects/object.h"
#include "objects/strobject.h"

#endif
